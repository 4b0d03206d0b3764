import type { Clock, Instant } from '../domain/clock.ts';
import { failureReport, type SourceReport } from '../domain/source.ts';
import { SECOND } from '../domain/time.ts';
import type { Tracer, TraceSpan } from '../domain/trace-span.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { abortable } from '../http/abort.ts';
import { vendorError, withRetryAfter } from '../http/response.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { AccountAdapter, DataSourceContext } from '../vendors/vendor.ts';
import type { Discovery, KnownAccount } from './discovered-entries.ts';
import { addMissingAgents, createKeptDiscoveries, type DiscoveryStore } from './kept-discoveries.ts';
import type { DirectoryMetrics } from './ports.ts';

/** The part of a request's context that the directory uses. */
export type DirectoryReader = Pick<RequestContext, 'canAccess' | 'signal' | 'record' | 'restrictCache' | 'span'>;

export interface DirectoryAccount extends KnownAccount {
  readonly adapter: AccountAdapter;
  /** Whether the account discovers agents. */
  readonly discover: boolean;
  /** How long readers wait for a discovery. It continues after that, for later readers. */
  readonly discoverTimeoutMs: number;
  /** Where the last discovery survives a restart; absent: it does not. */
  readonly cache?: DiscoveryStore;
}

export interface DiscoveryOptions {
  readonly clock: Clock;
  /** The longest that a request waits for a discovery, whatever the account's own timeout is. */
  readonly maxRequestWaitMs: () => number;
  /** File budget of one discovery. It does not draw on the budget of a query, which would lack the files then. */
  readonly maxFiles: () => number;
  /** Cancels discoveries when the process ends. */
  readonly shutdownSignal: AbortSignal;
  /** Receives the outcome of every discovery. */
  readonly onReport: (report: SourceReport) => void;
  readonly metrics: DirectoryMetrics;
  /** Traces the discoveries that no reader waits for; absent: they are not traced. */
  readonly tracer?: Tracer | undefined;
  /** Receives an error of a discovery that is not a VendorError. */
  readonly onUnexpectedError: (error: unknown) => void;
}

export interface DiscoveryResult extends Discovery {
  /** What the agents are worth: OK; PARTIAL, where some may be unknown; STALE, an earlier result; FAILED, nothing is known. */
  readonly report: SourceReport;
  /** Until when the result may be cached. */
  readonly freshUntil: Instant;
}

export interface AgentDiscovery {
  /** Never rejects for an account that fails or takes too long: its last result is returned then, however old. */
  readonly discover: (account: DirectoryAccount, reader: DirectoryReader) => Promise<DiscoveryResult>;
  /** Resolves once the account has been asked, with whatever success, or its timeout has passed. */
  readonly ask: (account: DirectoryAccount) => Promise<void>;
  /** The agents that need no vendor call; null where one would be made. */
  readonly cached: (account: DirectoryAccount) => Promise<Discovery | null>;
}

/** After a failed discovery the account is not called again for this long. */
const DISCOVERY_COOLDOWN_MS = 30 * SECOND;

interface DiscoveryFailure {
  readonly error: VendorError;
  /** On the monotonic clock. */
  readonly failedAtMs: number;
}

interface RunningDiscovery {
  readonly result: Promise<DiscoveryResult>;
  /** On the monotonic clock. */
  readonly startedAtMs: number;
}

/** An account with what is known of its discoveries, which may outlast a directory. */
export interface DiscoveringAccount extends DirectoryAccount {
  readonly discovery: AgentDiscovery;
}

/** Discovers agents, with at most one discovery in flight per account. Concurrent readers share it. */
export function createAgentDiscovery(options: DiscoveryOptions): AgentDiscovery {
  const { clock } = options;
  const failures = new Map<string, DiscoveryFailure>();
  const inFlight = new Map<string, RunningDiscovery>();
  const kept = createKeptDiscoveries(clock);

  /** The last failure, as long as the account is not called because of it. */
  function coolingDown({ name }: DirectoryAccount): (DiscoveryFailure & { readonly remainingMs: number }) | null {
    const failure = failures.get(name);
    const remainingMs = failure ? failure.failedAtMs + DISCOVERY_COOLDOWN_MS - clock.monotonicMs() : 0;
    return failure && remainingMs > 0 ? { ...failure, remainingMs } : null;
  }

  /** What is known without the discovery that this error prevented. */
  function lastKnown(account: DirectoryAccount, error: VendorError, freshUntil: Instant): DiscoveryResult {
    const last = kept.get(account);
    const failed = failureReport(error);
    if (!last) return { account, agents: [], report: failed, freshUntil };
    const { endpoint, agents, fetchedAt } = last;
    return {
      account,
      agents,
      report: { ...failed, endpoint, outcome: 'STALE', fetchedAt, servedFrom: 'CACHE' },
      freshUntil,
    };
  }

  /** The account is not called now: the next attempt is the first that may bring something new. */
  function duringCoolDown(account: DirectoryAccount): DiscoveryResult | null {
    const failure = coolingDown(account);
    if (!failure) return null;
    const { error, remainingMs, failedAtMs } = failure;
    const vendorWaitMs = (error.retryAfterSeconds ?? 0) * SECOND - (clock.monotonicMs() - failedAtMs);
    const waitMs = Math.max(remainingMs, vendorWaitMs);
    const current = error.retryable ? withRetryAfter(error, Math.ceil(waitMs / SECOND)) : error;
    return lastKnown(account, current, clock.now() + waitMs);
  }

  /** The discovery has not answered this reader in time; it continues. */
  function late(account: DirectoryAccount): DiscoveryResult {
    const error = vendorError(toTarget(account), 'VENDOR_TIMEOUT', { reason: 'discovery_timeout' });
    return lastKnown(account, error, -Infinity);
  }

  function reportEnd(result: DiscoveryResult): DiscoveryResult {
    const { account, outcome, fetchedAt, error } = result.report;
    options.metrics.discoveryEnded({ account, outcome, agents: result.agents.length, fetchedAt, error });
    return result;
  }

  function fail(account: DirectoryAccount, error: VendorError): DiscoveryResult {
    failures.set(account.name, { error, failedAtMs: clock.monotonicMs() });
    return reportEnd(duringCoolDown(account) ?? lastKnown(account, error, clock.now()));
  }

  /** Every query needs every account: an unexpected error must not take the other accounts' agents with it. */
  function recordFailure(account: DirectoryAccount, error: unknown): DiscoveryResult {
    if (!(error instanceof VendorError)) options.onUnexpectedError(error);
    const failure =
      error instanceof VendorError
        ? error
        : vendorError(toTarget(account), 'VENDOR_BAD_RESPONSE', { reason: 'unreadable' });
    options.onReport(failureReport(failure));
    return fail(account, failure);
  }

  /** Keeps what the account returned, and adds what only an earlier discovery knows where it returned a part. */
  function recordResult(account: DirectoryAccount, result: DiscoveryResult): DiscoveryResult {
    const { report } = result;
    const { endpoint, outcome, error } = report;
    const fetchedAt = report.fetchedAt ?? clock.now();
    const last = kept.get(account);
    // The account's cache covers for the vendor that failed. What is kept here may be younger.
    if (outcome === 'STALE' && error) {
      if (fetchedAt > (last?.fetchedAt ?? -Infinity))
        kept.keep(account, { endpoint, agents: result.agents, fetchedAt }, { persist: false });
      return fail(account, error);
    }
    failures.delete(account.name);
    const agents =
      outcome === 'OK'
        ? result.agents
        : addMissingAgents(result.agents, last?.agents ?? [], account.references.canonical);
    const isNews = last?.fetchedAt !== fetchedAt || report.servedFrom === 'VENDOR';
    if (isNews) kept.keep(account, { endpoint, agents, fetchedAt }, { persist: report.servedFrom === 'VENDOR' });
    const known = { ...result, agents };
    // The same answer from the cache is no discovery.
    return isNews ? reportEnd(known) : known;
  }

  function start(
    account: DirectoryAccount,
    record: DirectoryReader['record'],
    span: TraceSpan | undefined,
  ): RunningDiscovery {
    span?.setAttributes({ 'switchboard.account': account.name });
    const result = kept
      .restore(account)
      .then(() => runDiscovery(account, record, options, span))
      .then((discovery) => recordResult(account, discovery))
      .catch((error: unknown) => recordFailure(account, error))
      .finally(() => {
        inFlight.delete(account.name);
        span?.end();
      });
    const running = { result, startedAtMs: clock.monotonicMs() };
    inFlight.set(account.name, running);
    return running;
  }

  /** The timeout runs from the start of the discovery: readers that join late do not wait the full timeout again. */
  function waitFor(account: DirectoryAccount, running: RunningDiscovery, ms: number): Promise<DiscoveryResult> {
    const remainingMs = running.startedAtMs + ms - clock.monotonicMs();
    if (remainingMs <= 0) return Promise.resolve(late(account));
    return withTimeout(running.result, () => late(account), remainingMs, clock);
  }

  return {
    async discover(account, reader) {
      const failed = duringCoolDown(account);
      if (failed) return failed;
      const { signal } = reader;
      if (signal.aborted) return late(account);
      const waitMs = Math.min(account.discoverTimeoutMs, options.maxRequestWaitMs());
      const running =
        inFlight.get(account.name) ??
        start(account, reader.record, reader.span?.startChild('discovery', 'internal', {}));
      try {
        return await abortable(waitFor(account, running, waitMs), signal);
      } catch (error) {
        // Only this reader stops waiting; others may still wait for the discovery.
        if (error === signal.reason) return late(account);
        throw error;
      }
    },

    async ask(account) {
      if (coolingDown(account)) return;
      const running =
        inFlight.get(account.name) ?? start(account, ignoreCall, options.tracer?.startRoot('discovery', 'internal'));
      await waitFor(account, running, account.discoverTimeoutMs);
    },

    async cached(account) {
      const failed = duringCoolDown(account);
      if (failed) return failed;
      const agents = await account.adapter.cachedAgents?.();
      return agents ? { account, agents } : null;
    },
  };
}

/** Belongs to no query: no query's end cancels it, and no query's deadline limits it. Its calls are recorded on the first reader. */
async function runDiscovery(
  account: DirectoryAccount,
  record: DirectoryReader['record'],
  { clock, maxFiles, shutdownSignal, onReport }: DiscoveryOptions,
  span: TraceSpan | undefined,
): Promise<DiscoveryResult> {
  let freshUntil = Infinity;
  const context: DataSourceContext = {
    signal: shutdownSignal,
    span,
    record,
    restrictCache: (expiresAt) => {
      freshUntil = Math.min(freshUntil, expiresAt);
    },
    now: clock.now(),
    takeFileBudget: (requested) => Math.min(requested, maxFiles()),
  };
  const { data, sources } = (await account.adapter.createDataSource(context).discover?.()) ?? { data: [], sources: [] };
  for (const each of sources) onReport(each);
  const report = sources.find(({ outcome }) => outcome !== 'OK') ?? sources[0];
  if (!report) throw new Error(`the discovery of account ${account.name} reports no source`);
  return { account, agents: data, report, freshUntil };
}

function toTarget({ vendor, name }: DirectoryAccount) {
  return { vendor, account: name, endpoint: 'discovery' };
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

function ignoreCall(): void {
  // No reader waits for the discovery.
}
