import { createFleet } from '../cache/fleet.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../domain/clock.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createTransport } from '../http/transport.ts';
import type { CallContext } from '../http/types.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import type { VendorAdapter } from '../vendors/vendor.ts';
import { createAccountPool } from './account-pool.ts';
import type { ConnectedAccount } from './connected-account.ts';
import { createLimitedLogs } from './limited-logs.ts';
import { createRedisObserver, createUnexpectedErrorObserver } from './observers.ts';

/** What came of asking one account. */
export type AccountCheck =
  | { readonly account: string; readonly outcome: 'ok' | 'needs_agent' | 'unsupported' }
  | { readonly account: string; readonly outcome: 'failed'; readonly error: VendorError };

export interface AskAccountsOptions {
  readonly config: Config;
  readonly vendors: readonly VendorAdapter[];
  readonly clock: Clock;
}

/**
 * Makes one harmless call for each account, with a token request before it where the vendor needs one: without retries, and
 * without the shared cache.
 */
export async function askAccounts({ config, vendors, clock }: AskAccountsOptions): Promise<readonly AccountCheck[]> {
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const metrics = createMetrics();
  const logs = createLimitedLogs(clock, logger);
  const transport = createTransport(config.proxy);
  const observer = createRedisObserver(metrics, logger);
  const fleet = createFleet({ address: undefined, maxBytes: config.cache.maxBytes, clock, observer });
  const pool = createAccountPool({
    ...{ vendors, fleet, transport, clock, metrics, logger, logs },
    limits: () => config.limits,
    onUnexpectedError: createUnexpectedErrorObserver(logger),
  });
  const accountConfigs = config.accounts.map((account) => ({ ...account, maxRetries: 0 }));
  const { accounts, release } = pool.connect({ ...config, accounts: accountConfigs });
  try {
    return await Promise.all(accounts.map((account) => askAccount(account, config)));
  } finally {
    logs.flush();
    release();
    await Promise.all([fleet.close(), transport.close()]);
  }
}

async function askAccount({ adapter }: ConnectedAccount, { agents }: Config): Promise<AccountCheck> {
  const account = adapter.account.name;
  if (!adapter.probe) return { account, outcome: 'unsupported' };
  const ref = agents.flatMap(({ accounts }) => accounts[account] ?? []).at(0) ?? null;
  try {
    return { account, outcome: (await adapter.probe(ref, context)) ? 'ok' : 'needs_agent' };
  } catch (error) {
    if (error instanceof VendorError) return { account, outcome: 'failed', error };
    throw error;
  }
}

const context: CallContext = {
  signal: new AbortController().signal,
  record: () => undefined,
  restrictCache: () => undefined,
};
