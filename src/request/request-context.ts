import type { Limits } from '../config/settings.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import type { SourceReport } from '../domain/source.ts';
import type { TraceSpan } from '../domain/trace-span.ts';
import type { CacheConditions, CallContext, CallRecord } from '../http/types.ts';
import { type Caller, canAccess } from './caller.ts';
import type { Explain } from './explain.ts';
import { createBudget, createLimitCounter, type LimitCounter, type TakeBudget } from './request-limits.ts';
import { createReuseLimit, type ReuseLimit } from './response-reuse.ts';
import type { StreamContext } from './stream-context.ts';

/** The part of the request's time, and the upper bound in milliseconds, that stays for the response when calls have waited. */
const RESPONSE_TIME_RATIO = 0.1;
const MAX_RESPONSE_TIME_MS = 500;

export interface RequestContextOptions {
  readonly caller: Caller;
  readonly requestId: string;
  readonly explain: Explain | null;
  /** Aborted when the client disconnects. */
  readonly disconnectSignal: AbortSignal;
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'requestTimeoutMs' | 'maxFiles' | 'maxResponseObjects'>;
  /** The monotonic time in milliseconds from which the deadline counts; absent: now. */
  readonly startedAtMs?: number;
  /** Receives the ids of the cache entries that the response depends on. */
  readonly onEntriesRead?: ((ids: readonly string[]) => void) | undefined;
  /** Receives the report of every source that the response depends on. */
  readonly onReport?: ((report: SourceReport) => void) | undefined;
  /** Absent: every cached value that is fresh. */
  readonly accepts?: CacheConditions | undefined;
  /** Whether no caller waits for the response. */
  readonly isBackground?: boolean | undefined;
  /** The span of the request; absent: it is not traced. */
  readonly span?: TraceSpan | undefined;
  /** The stream that the response belongs to; absent: the response answers a request of its own. */
  readonly stream?: StreamContext | null | undefined;
}

/**
 * The state of one request, from its arrival to its response: its caller, its deadline, and what it has cost.
 *
 * Lower layers take the part that they use (`CallContext` in http, `DataSourceContext` in vendors, `DirectoryReader` in the
 * directory); `QueryContext` adds the services that resolvers use.
 */
export interface RequestContext extends CallContext {
  readonly caller: Caller;
  readonly requestId: string;
  readonly explain: Explain | null;
  /** Null where the response answers a request of its own: it cannot be one of a subscription. */
  readonly stream: StreamContext | null;
  /** Receives the report of every source that the response depends on. */
  readonly onReport?: ((report: SourceReport) => void) | undefined;
  /** One instant for the whole query. */
  readonly now: Instant;
  /** What `record` has collected. */
  readonly calls: CallLedger;
  /** What `restrictCache` has narrowed down. */
  readonly cachePolicy: CachePolicy;
  /** How far the response may serve other requests. */
  readonly reuse: ReuseLimit;
  /** Reserves file downloads. All data sources of the request share the budget. */
  readonly takeFileBudget: TakeBudget;
  /** Counts the objects of the response. */
  readonly responseObjects: LimitCounter;
  /** Whether the caller may see the account. */
  readonly canAccess: (account: string) => boolean;
  /**
   * Calls back once the response has been sent, to release what the request holds; at once where it has been. A response without
   * data is sent while some of its resolvers are still running.
   */
  readonly onClose: (callback: () => void) => void;
  /** Cancels the deadline's timer, once the response has been sent. */
  readonly close: () => void;
}

/** The vendor calls and cache reads of one request. */
export interface CallLedger {
  /** In the order in which they ended, and cached values in the place of the first that they join. */
  readonly records: readonly CallRecord[];
  /** How many of the records are vendor calls, by account. */
  readonly vendorCalls: () => Readonly<Record<string, number>>;
}

/** How long the response may be cached: as long as its shortest-lived part. */
export interface CachePolicy {
  /** Null as long as the response contains nothing that expires. */
  readonly expiresAt: () => Instant | null;
}

export function createRequestContext({
  caller,
  requestId,
  explain,
  disconnectSignal,
  clock,
  limits,
  startedAtMs = clock.monotonicMs(),
  onEntriesRead,
  onReport,
  accepts,
  isBackground,
  span,
  stream = null,
}: RequestContextOptions): RequestContext {
  const { record, ...calls } = createCallLedger();
  const { restrict, ...cachePolicy } = createCachePolicy();
  const reuse = createReuseLimit();
  const { requestTimeoutMs } = limits;
  const waitUntilMs =
    startedAtMs + requestTimeoutMs - Math.min(requestTimeoutMs * RESPONSE_TIME_RATIO, MAX_RESPONSE_TIME_MS);
  const closeCallbacks: (() => void)[] = [];
  let isClosed = false;
  const deadline = createDeadline(clock, startedAtMs + requestTimeoutMs - clock.monotonicMs(), disconnectSignal);
  return {
    caller,
    requestId,
    fairnessKey: [caller.name, requestId],
    waitUntilMs: () => waitUntilMs,
    accepts,
    isBackground,
    explain,
    stream,
    onReport,
    // An event of a stream is sent once it is complete; no client waits for it. Conditions are not for stale values.
    waitsForFresh: stream !== null || accepts !== undefined,
    now: clock.now(),
    signal: deadline.signal,
    span,
    record,
    calls,
    restrictCache: restrict,
    cachePolicy,
    reuse,
    onEntriesRead: (ids) => onEntriesRead?.(ids),
    preventReuse: () => {
      reuse.restrict('shared');
    },
    takeFileBudget: createBudget(limits.maxFiles),
    responseObjects: createLimitCounter(limits.maxResponseObjects),
    canAccess: (account) => canAccess(caller, account),
    onClose: (callback) => {
      if (isClosed) callback();
      else closeCallbacks.push(callback);
    },
    close: () => {
      isClosed = true;
      deadline.cancel();
      for (const callback of closeCallbacks.splice(0)) callback();
    },
  };
}

function createCallLedger(): CallLedger & Pick<CallContext, 'record'> {
  const records: CallRecord[] = [];
  /** The indexes of the records that others may join. */
  const joinable: { -readonly [Key in keyof CallRecord]: CallRecord[Key] }[] = [];

  /** Adds the keys to an earlier record; false where there is none to join. */
  function joinEarlier({ account, endpoint, outcome, keys }: CallRecord): boolean {
    for (const earlier of joinable) {
      if (earlier.account !== account || earlier.endpoint !== endpoint || earlier.outcome !== outcome) continue;
      earlier.keys += keys;
      return true;
    }
    return false;
  }

  return {
    record: (call, joinsEarlier = false) => {
      if (joinsEarlier) {
        if (joinEarlier(call)) return;
        const joined = { ...call };
        joinable.push(joined);
        records.push(joined);
      } else records.push(call);
    },
    records,
    vendorCalls: () => {
      const counts = new Map<string, number>();
      for (const { account, servedFrom } of records)
        if (servedFrom === 'VENDOR') counts.set(account, (counts.get(account) ?? 0) + 1);
      return Object.fromEntries(counts);
    },
  };
}

export function createCachePolicy(): CachePolicy & { readonly restrict: (expiresAt: Instant) => void } {
  let earliest: Instant | null = null;
  return {
    restrict: (expiresAt) => {
      earliest = earliest === null ? expiresAt : Math.min(earliest, expiresAt);
    },
    expiresAt: () => earliest,
  };
}

interface Deadline {
  /** Aborted with a TimeoutError at the deadline, or with the parent's reason when the parent is aborted. */
  readonly signal: AbortSignal;
  /** Cancels the timer; the signal stays as it is. */
  readonly cancel: () => void;
}

function createDeadline(clock: Clock, ms: number, parent: AbortSignal): Deadline {
  const controller = new AbortController();
  const cancel = clock.setTimer(ms, () => {
    controller.abort(new DOMException('The request took too long', 'TimeoutError'));
  });
  // AbortSignal.any takes ten times as long. The parent is of this request alone: the listener goes with it.
  const abort = (): void => {
    controller.abort(parent.reason);
  };
  if (parent.aborted) abort();
  else parent.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, cancel };
}
