import type { Config } from '../config/schema.ts';
import { VendorError } from '../domain/vendor-error.ts';
import type { CallContext } from '../http/types.ts';
import type { ConnectedAccount } from './connected-account.ts';
import { createStandalone, type StandaloneOptions } from './standalone.ts';

/** What came of asking one account. */
export type AccountCheck =
  | { readonly account: string; readonly outcome: 'ok' | 'needs_agent' | 'unsupported' }
  | { readonly account: string; readonly outcome: 'failed'; readonly error: VendorError };

export interface AskAccountsOptions extends StandaloneOptions {
  /** Called for each account as soon as it has answered or failed. */
  readonly onChecked?: (check: AccountCheck) => void;
}

/**
 * Makes one harmless call for each account, with a token request before it where the vendor needs one: without retries, and
 * without the shared cache.
 */
export async function askAccounts(options: AskAccountsOptions): Promise<readonly AccountCheck[]> {
  const { config, onChecked } = options;
  const accounts = config.accounts.map((account) => ({ ...account, maxRetries: 0 }));
  const standalone = createStandalone({ ...options, config: { ...config, accounts } });
  try {
    return await Promise.all(
      standalone.accounts.map(async (account) => {
        const check = await askAccount(account, config);
        onChecked?.(check);
        return check;
      }),
    );
  } finally {
    await standalone.close();
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
