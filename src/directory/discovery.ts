import type { Clock, Instant } from '../domain/clock.ts';
import { failureReport, type SourceReport } from '../domain/source.ts';
import { SECOND } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { abortable } from '../http/abort.ts';
import { vendorError } from '../http/response.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { AccountAdapter, DataSourceContext } from '../vendors/vendor.ts';
import type { Discovery, KnownAccount } from './merge-agents.ts';

/** The part of a request's context that the directory uses. */
export type DirectoryReader = Pick<RequestContext, 'canAccess' | 'signal' | 'record' | 'restrictCache'>;

export interface DirectoryAccount extends KnownAccount {
  readonly adapter: AccountAdapter;
  /** Whether the account discovers agents. */
  readonly discover: boolean;
}

export interface DiscoveryOptions {
  readonly clock: Clock;
  /** How long readers wait for a discovery. It continues after that, for later readers. */
  readonly discoveryTimeoutMs: number;
  /** File budget of one discovery. It does not draw on the budget of a query, which would lack the files then. */
  readonly maxFiles: number;
  /** Receives the outcome of every discovery. */
  readonly onReport: (report: SourceReport) => void;
  /** Receives an error of a discovery that is not a VendorError. */
  readonly onUnexpectedError: (error: unknown) => void;
}

export interface DiscoveryResult extends Discovery {
  /** Until when the result may be cached. */
  readonly freshUntil: Instant;
}

export interface AgentDiscovery {
  /** Never rejects for a failed account: its result is then empty, or the last known one while the discovery takes too long. */
  readonly discover: (account: DirectoryAccount, reader: DirectoryReader) => Promise<DiscoveryResult>;
  /** The agents that the account's cache has; null where a vendor call would be needed. */
  readonly cached: (account: DirectoryAccount) => Promise<Discovery | null>;
}

/** After a failed discovery the account is not called again for this long. */
const DISCOVERY_COOLDOWN_MS = 30 * SECOND;

/** Discovers agents, with at most one discovery in flight per account. Concurrent readers share it. */
export function createAgentDiscovery(options: DiscoveryOptions): AgentDiscovery {
  const { clock } = options;
  const coolDownUntil = new Map<string, number>();
  const inFlight = new Map<string, Promise<DiscoveryResult>>();
  const lastResults = new Map<string, DiscoveryResult>();

  const isCoolingDown = ({ name }: DirectoryAccount): boolean =>
    (coolDownUntil.get(name) ?? -Infinity) > clock.monotonicMs();

  /** The last result, marked as expired: the account is being read again. */
  const lastKnown = (account: DirectoryAccount): DiscoveryResult => ({
    ...(lastResults.get(account.name) ?? emptyDiscovery(account)),
    freshUntil: -Infinity,
  });

  function recordFailure(account: DirectoryAccount, error: unknown): DiscoveryResult {
    coolDownUntil.set(account.name, clock.monotonicMs() + DISCOVERY_COOLDOWN_MS);
    options.onReport(failureReport(error instanceof VendorError ? error : toUnreadableError(account, error)));
    return emptyDiscovery(account);
  }

  /** Every query needs every account: an unexpected error must not take the other accounts' agents with it. */
  function toUnreadableError({ vendor, name }: DirectoryAccount, error: unknown): VendorError {
    options.onUnexpectedError(error);
    const target = { vendor, account: name, endpoint: 'discovery' };
    return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'unreadable' });
  }

  /** The timeout runs from the start of the discovery: readers that join late do not wait the full timeout again. */
  function start(account: DirectoryAccount, reader: DirectoryReader): Promise<DiscoveryResult> {
    const discovery = runDiscovery(account, reader, options)
      .catch((error: unknown) => recordFailure(account, error))
      .then((result) => {
        lastResults.set(account.name, result);
        return result;
      })
      .finally(() => inFlight.delete(account.name));
    const pending = withTimeout(discovery, () => lastKnown(account), options.discoveryTimeoutMs, clock);
    inFlight.set(account.name, pending);
    return pending;
  }

  return {
    async discover(account, reader) {
      if (isCoolingDown(account)) return emptyDiscovery(account);
      const { signal } = reader;
      if (signal.aborted) return lastKnown(account);
      try {
        return await abortable(inFlight.get(account.name) ?? start(account, reader), signal);
      } catch (error) {
        // Only this reader stops waiting; others may still wait for the discovery.
        if (error === signal.reason) return lastKnown(account);
        throw error;
      }
    },

    async cached(account) {
      if (isCoolingDown(account)) return emptyDiscovery(account);
      const agents = await account.adapter.cachedAgents?.();
      return agents ? { account, agents } : null;
    },
  };
}

/** Belongs to no query: no query's end cancels it, and no query's deadline limits it. Its calls are recorded on the first reader. */
async function runDiscovery(
  account: DirectoryAccount,
  reader: DirectoryReader,
  { clock, maxFiles, onReport }: DiscoveryOptions,
): Promise<DiscoveryResult> {
  let freshUntil = Infinity;
  const context: DataSourceContext = {
    signal: new AbortController().signal,
    record: reader.record,
    restrictCache: (expiresAt) => {
      freshUntil = Math.min(freshUntil, expiresAt);
    },
    now: clock.now(),
    takeFileBudget: (requested) => Math.min(requested, maxFiles),
  };
  const result = await account.adapter.createDataSource(context).discover?.();
  for (const report of result?.sources ?? []) onReport(report);
  return { account, agents: result?.data ?? [], freshUntil };
}

function emptyDiscovery(account: DirectoryAccount): DiscoveryResult {
  return { account, agents: [], freshUntil: -Infinity };
}

async function withTimeout<T>(promise: Promise<T>, fallback: () => T, ms: number, clock: Clock): Promise<T> {
  let cancelTimer: () => void = () => undefined;
  const timeout = new Promise<T>((resolve) => {
    cancelTimer = clock.setTimer(ms, () => {
      resolve(fallback());
    });
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    cancelTimer();
  }
}
