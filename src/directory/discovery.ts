import type { DiscoveredAgent } from '../domain/agent.ts';
import { toCallTarget } from '../domain/call-target.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { failureReport, type SourceReport } from '../domain/source.ts';
import { SECOND } from '../domain/time.ts';
import type { Tracer } from '../domain/trace-span.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { abortable, withTimeout } from '../http/abort.ts';
import { vendorError, withRetryAfter } from '../http/response.ts';
import type { CacheConditions } from '../http/types.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { AccountAdapter, DataSourceContext } from '../vendors/vendor.ts';
import { createCoolDowns } from './cool-downs.ts';
import type { Discovery, KnownAccount } from './discovered-entries.ts';
import {
  addMissingAgents,
  createKeptDiscoveries,
  type DiscoveryStore,
  type KeptDiscovery,
} from './kept-discoveries.ts';
import type { DirectoryMetrics } from './ports.ts';
import { createRunningDiscoveries, type RunningDiscovery } from './running-discoveries.ts';

/** The part of a request's context that the directory uses. */
export type DirectoryReader = Pick<
  RequestContext,
  'canAccess' | 'signal' | 'record' | 'restrictCache' | 'span' | 'accepts' | 'isBackground' | 'onEntriesRead'
>;

/** What a discovery takes from the reader that starts it: where its calls are recorded, and what it accepts of the cache. */
type Starter = Pick<DirectoryReader, 'record' | 'span' | 'accepts' | 'isBackground'>;

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
  /** The ids of the entries of the cache that the result depends on. */
  readonly entryIds: readonly string[];
}

export interface AgentDiscovery {
  /** Never rejects for an account that fails or takes too long: its last result is returned then, however old. */
  readonly discover: (account: DirectoryAccount, reader: DirectoryReader) => Promise<DiscoveryResult>;
  /** Resolves once the account has been asked, with whatever success, or its timeout has passed. */
  readonly ask: (account: DirectoryAccount) => Promise<void>;
  /** The agents that need no vendor call; null where one would be made. */
  readonly cached: (account: DirectoryAccount) => Promise<Discovery | null>;
  /** The agents of the last discovery, however old; null where there has been none. */
  readonly lastAgents: (account: Pick<KnownAccount, 'name'>) => readonly DiscoveredAgent[] | null;
}

/** When a discovery began, and what it accepts of the cache; conditions make it a renewal. */
type Run = Pick<RunningDiscovery<unknown>, 'startedAtMs' | 'accepts'>;

/** An account with what is known of its discoveries, which may outlast a directory. */
export interface DiscoveringAccount extends DirectoryAccount {
  readonly discovery: AgentDiscovery;
}

/**
 * Discovers agents. Concurrent readers share a discovery, unless one of them accepts less of what is cached than the others: it is asked
 * again for that one, whose failure changes nothing for the others.
 */
export function createAgentDiscovery(options: DiscoveryOptions): AgentDiscovery {
  const { clock } = options;
  const coolDowns = createCoolDowns(clock);
  const inFlight = createRunningDiscoveries<DiscoveryResult>();
  const kept = createKeptDiscoveries(clock);
  /** By account: when the discovery whose agents are kept began, on the monotonic clock. */
  const keptSinceMs = new Map<string, number>();

  /** What is known without the discovery that this error prevented. */
  function lastKnown(account: DirectoryAccount, error: VendorError, freshUntil: Instant): DiscoveryResult {
    const last = kept.get(account);
    const failed = failureReport(error);
    if (!last) return { account, agents: [], report: failed, freshUntil, entryIds: [] };
    const { endpoint, agents, fetchedAt } = last;
    return {
      account,
      agents,
      report: { ...failed, endpoint, outcome: 'STALE', fetchedAt, servedFrom: 'CACHE' },
      freshUntil,
      entryIds: [],
    };
  }

  /** The account is not called now: the next attempt is the first that may bring something new. */
  function duringCoolDown(account: DirectoryAccount, accepts?: CacheConditions): DiscoveryResult | null {
    const failure = coolDowns.find(account.name);
    if (!failure || failure.failedAtMs < (accepts?.notBeforeMs ?? -Infinity)) return null;
    const { error, remainingMs, failedAtMs } = failure;
    const vendorWaitMs = (error.retryAfterSeconds ?? 0) * SECOND - (clock.monotonicMs() - failedAtMs);
    const waitMs = Math.max(remainingMs, vendorWaitMs);
    const current = error.retryable ? withRetryAfter(error, Math.ceil(waitMs / SECOND)) : error;
    return lastKnown(account, current, clock.now() + waitMs);
  }

  /** The discovery has not answered this reader in time; it continues. */
  function late(account: DirectoryAccount): DiscoveryResult {
    const error = vendorError(toCallTarget(account, 'discovery'), 'VENDOR_TIMEOUT', { reason: 'discovery_timeout' });
    return lastKnown(account, error, -Infinity);
  }

  /** Counts a discovery, and shows how many agents are known; absent: those that it returned. */
  function reportEnd(result: DiscoveryResult, known?: Pick<KeptDiscovery, 'agents' | 'fetchedAt'>): DiscoveryResult {
    const { account, outcome, error } = result.report;
    const { agents, fetchedAt } = known ?? { agents: result.agents, fetchedAt: result.report.fetchedAt };
    options.metrics.discoveryEnded({ account, outcome, agents: agents.length, fetchedAt, error });
    return result;
  }

  function fail(account: DirectoryAccount, error: VendorError, accepts?: CacheConditions): DiscoveryResult {
    // What is cached still serves the readers that accept it.
    if (accepts) return reportEnd(lastKnown(account, error, clock.now()));
    coolDowns.start(account.name, error);
    return reportEnd(duringCoolDown(account) ?? lastKnown(account, error, clock.now()));
  }

  /** Every query needs every account: an unexpected error must not take the other accounts' agents with it. */
  function recordFailure(account: DirectoryAccount, error: unknown, accepts?: CacheConditions): DiscoveryResult {
    if (!(error instanceof VendorError)) options.onUnexpectedError(error);
    const failure =
      error instanceof VendorError
        ? error
        : vendorError(toCallTarget(account, 'discovery'), 'VENDOR_BAD_RESPONSE', { reason: 'unreadable' });
    options.onReport(failureReport(failure));
    return fail(account, failure, accepts);
  }

  /** Keeps what the account returned, and adds what only an earlier discovery knows where it returned a part. */
  function recordResult(
    account: DirectoryAccount,
    result: DiscoveryResult,
    { accepts, startedAtMs }: Run,
  ): DiscoveryResult {
    const { report } = result;
    const { endpoint, outcome, error } = report;
    const fetchedAt = report.fetchedAt ?? clock.now();
    const last = kept.get(account);
    // The account's cache covers for the vendor that failed. What is kept here may be younger.
    if (outcome === 'STALE' && error) {
      if (fetchedAt > (last?.fetchedAt ?? -Infinity))
        kept.keep(account, { endpoint, agents: result.agents, fetchedAt }, { persist: false });
      return fail(account, error, accepts);
    }
    coolDowns.end(account.name);
    const agents =
      outcome === 'OK'
        ? result.agents
        : addMissingAgents(result.agents, last?.agents ?? [], account.references.canonical);
    const known = { ...result, agents };
    const isFirstHand = report.servedFrom === 'VENDOR';
    if (isFirstHand && last && startedAtMs < (keptSinceMs.get(account.name) ?? -Infinity))
      return reportEnd(known, last);
    const isNews = isFirstHand || fetchedAt > (last?.fetchedAt ?? -Infinity);
    if (isFirstHand) keptSinceMs.set(account.name, startedAtMs);
    if (isNews) kept.keep(account, { endpoint, agents, fetchedAt }, { persist: isFirstHand });
    // The same answer from the cache is no discovery.
    return isNews ? reportEnd(known) : known;
  }

  function start(account: DirectoryAccount, starter: Starter): RunningDiscovery<DiscoveryResult> {
    const { span } = starter;
    span?.setAttributes({ 'switchboard.account': account.name });
    const startedAtMs = clock.monotonicMs();
    // From now on, so that readers that arrive before it starts may join it.
    const accepts =
      starter.accepts?.notBeforeMs === undefined ? starter.accepts : { ...starter.accepts, notBeforeMs: startedAtMs };
    const result = kept
      .restore(account)
      .then(() => runDiscovery(account, { ...starter, accepts }, options))
      .then((discovery) => recordResult(account, discovery, { accepts, startedAtMs }))
      .catch((error: unknown) => recordFailure(account, error, accepts))
      .finally(() => {
        span?.end();
      });
    const running = { result, startedAtMs, accepts };
    inFlight.add(account.name, running);
    return running;
  }

  /** The timeout runs from the start of the discovery: readers that join late do not wait the full timeout again. */
  function waitFor(
    account: DirectoryAccount,
    running: RunningDiscovery<DiscoveryResult>,
    ms: number,
  ): Promise<DiscoveryResult> {
    const remainingMs = running.startedAtMs + ms - clock.monotonicMs();
    if (remainingMs === Infinity) return running.result;
    if (remainingMs <= 0) return Promise.resolve(late(account));
    return withTimeout(running.result, () => late(account), remainingMs, clock);
  }

  return {
    async discover(account, reader) {
      const { signal, accepts, isBackground = false, record } = reader;
      const failed = duringCoolDown(account, accepts);
      if (failed) return failed;
      if (signal.aborted) return late(account);
      // No caller waits for a reader in the background, which has a deadline of its own.
      const waitMs = isBackground ? Infinity : Math.min(account.discoverTimeoutMs, options.maxRequestWaitMs());
      const running =
        inFlight.find(account.name, accepts) ??
        start(account, {
          record,
          accepts,
          isBackground,
          span: reader.span?.startChild('discovery', 'internal', {}),
        });
      try {
        return await abortable(waitFor(account, running, waitMs), signal);
      } catch (error) {
        // Only this reader stops waiting; others may still wait for the discovery.
        if (error === signal.reason) return late(account);
        throw error;
      }
    },

    async ask(account) {
      if (coolDowns.find(account.name)) return;
      const running =
        inFlight.find(account.name, undefined) ??
        start(account, { record: () => undefined, span: options.tracer?.startRoot('discovery', 'internal') });
      await waitFor(account, running, account.discoverTimeoutMs);
    },

    async cached(account) {
      const failed = duringCoolDown(account);
      if (failed) return failed;
      const agents = await account.adapter.cachedAgents?.();
      return agents ? { account, agents } : null;
    },

    lastAgents: (account) => kept.get(account)?.agents ?? null,
  };
}

/** Belongs to no query: no query's end cancels it, and no query's deadline limits it. Its calls are recorded on the first reader. */
async function runDiscovery(
  account: DirectoryAccount,
  { record, span, accepts, isBackground }: Starter,
  { clock, maxFiles, shutdownSignal, onReport }: DiscoveryOptions,
): Promise<DiscoveryResult> {
  let freshUntil = Infinity;
  const entryIds: string[] = [];
  const context: DataSourceContext = {
    signal: shutdownSignal,
    span,
    record,
    accepts,
    isBackground,
    waitsForFresh: accepts !== undefined,
    restrictCache: (expiresAt) => {
      freshUntil = Math.min(freshUntil, expiresAt);
    },
    onEntriesRead: (ids) => {
      for (const id of ids) entryIds.push(id);
    },
    now: clock.now(),
    takeFileBudget: (requested) => Math.min(requested, maxFiles()),
  };
  const { data, sources } = (await account.adapter.createDataSource(context).discover?.()) ?? { data: [], sources: [] };
  for (const each of sources) onReport(each);
  const report = sources.find(({ outcome }) => outcome !== 'OK') ?? sources[0];
  if (!report) throw new Error(`the discovery of account ${account.name} reports no source`);
  return { account, agents: data, report, freshUntil, entryIds };
}
