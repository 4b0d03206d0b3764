import type { Clock } from '../domain/clock.ts';
import type { CallId, SourceReport } from '../domain/source.ts';
import { isNotFound, UNSENT_REASONS, type VendorError } from '../domain/vendor-error.ts';
import { createCallWindow } from './call-window.ts';
import { HEALTH_WINDOW_MS, type HealthSummary, UNKNOWN_AGENTS_WINDOW_MS } from './health-summary.ts';

/** What this process knows of an account's calls. */
export interface AccountCalls {
  /** Returns whether the report carries news of the vendor. `ref` names the agent; absent for a discovery. */
  readonly add: (report: SourceReport, ref?: string) => boolean;
  readonly summary: () => HealthSummary;
}

/** Reasons for which the gateway itself did not make a call, or cut it short: they carry no news of the vendor. */
const GATEWAY_SIDE_REASONS: ReadonlySet<string> = new Set([...UNSENT_REASONS, 'cancelled']);

const MIN_CALL_DISTANCE_MS = 0.001;

/** The most agents that are kept of those that the vendor does not know. */
const MAX_UNKNOWN_AGENTS = 100;

export function createAccountCalls(clock: Clock): AccountCalls {
  const window = createCallWindow(HEALTH_WINDOW_MS, clock);
  const unknownAgents = createUnknownAgents(clock);
  const seenErrors = new WeakSet<VendorError>();
  // On the monotonic clock.
  let lastCallMs = -Infinity;
  let lastSuccessMs: number | null = null;
  let lastFailureMs: number | null = null;
  let failuresInARow = 0;
  let lastError: string | null = null;

  /** Of two calls that end at the same instant, the later one stays the later one. */
  function timeOfCall(): number {
    lastCallMs = Math.max(clock.monotonicMs(), lastCallMs + MIN_CALL_DISTANCE_MS);
    return lastCallMs;
  }

  function addSuccess(key: CallId | string): boolean {
    lastSuccessMs = timeOfCall();
    failuresInARow = 0;
    return window.add('success', key);
  }

  function addFailure({ endpoint, outcome }: SourceReport, error: VendorError): boolean {
    // One failed call of many agents is one failure. The gaps of a cached result are other objects for every reader.
    if (seenErrors.has(error)) return false;
    seenErrors.add(error);
    const { code, reason, status, message } = error;
    const key = outcome === 'PARTIAL' ? [endpoint, code, reason, status, message] : [endpoint, failureNumber()];
    const isNews = window.add('failure', JSON.stringify(key));
    lastFailureMs = timeOfCall();
    lastError = describe(error);
    // An account that returns a part is not down.
    if (outcome !== 'PARTIAL') failuresInARow += 1;
    return isNews;
  }

  let failureCount = 0;
  function failureNumber(): number {
    failureCount += 1;
    return failureCount;
  }

  const ageOf = (at: number | null): number | null => (at === null ? null : clock.monotonicMs() - at);

  return {
    add(report, ref = '') {
      const { endpoint, outcome, servedFrom, error } = report;
      // Of an agent whose data is partial, something else is missing, such as a file.
      const isUnknownAgent = outcome === 'FAILED' && error !== null && isNotFound(error);
      let isNews = false;
      if (isUnknownAgent) {
        unknownAgents.add(ref);
        isNews = addSuccess(`${endpoint} unknown ${ref}`);
      } else if (servedFrom === 'VENDOR') {
        unknownAgents.clear();
        isNews = report.calls.map(addSuccess).includes(true);
      }
      const failedCall = failedCallError(report);
      return (failedCall !== null && addFailure(report, failedCall)) || isNews;
    },
    summary: () => ({
      successes: window.count('success'),
      failures: window.count('failure'),
      sinceSuccessMs: ageOf(lastSuccessMs),
      sinceFailureMs: ageOf(lastFailureMs),
      failuresInARow,
      lastError,
      sinceKnownAgentMs: ageOf(unknownAgents.clearedAtMs()),
      unknownAgents: unknownAgents.count(),
    }),
  };
}

/** The agents that the vendor did not know lately. */
function createUnknownAgents(clock: Clock) {
  const askedAt = new Map<string, number>();
  let clearedAtMs: number | null = null;
  return {
    add(ref: string): void {
      // The last one goes to the end, and the one that was asked for the longest time ago is dropped.
      askedAt.delete(ref);
      askedAt.set(ref, clock.monotonicMs());
      const [oldest = ref] = askedAt.keys();
      if (askedAt.size > MAX_UNKNOWN_AGENTS) askedAt.delete(oldest);
    },
    /** The vendor knows an agent. */
    clear(): void {
      clearedAtMs = clock.monotonicMs();
      // Nearly always it is empty, and clearing it makes a table.
      if (askedAt.size > 0) askedAt.clear();
    },
    clearedAtMs: () => clearedAtMs,
    count(): number {
      const since = clock.monotonicMs() - UNKNOWN_AGENTS_WINDOW_MS;
      return [...askedAt.values()].filter((at) => at > since).length;
    },
  };
}

/**
 * The error of a failed call; null where no call failed. All calls of a PARTIAL result may have succeeded: the requested time is
 * past the retention or not written yet, a limit of the gateway left files out, a file does not exist, or some of the data is damaged,
 * encrypted or another account's. That is a property of the data, which the response reports. Counted as a failure, it would let a caller
 * that requests the wrong day degrade any account. Of several gaps a vendor reports that of a failed call first, with a status or a code of
 * its own.
 */
function failedCallError({ outcome, error }: SourceReport): VendorError | null {
  if (error === null || isNotFound(error) || GATEWAY_SIDE_REASONS.has(error.reason ?? '')) return null;
  const isDataProblem =
    (error.status === null || error.status === 404) &&
    (error.code === 'VENDOR_BAD_RESPONSE' || error.code === 'VENDOR_REJECTED' || error.reason === 'not_yet_written');
  return outcome === 'PARTIAL' && isDataProblem ? null : error;
}

/** The message with the reason, unless it already has the status that the reason repeats. */
function describe({ message, reason, status }: VendorError): string {
  return reason === null || status !== null ? message : `${message} (${reason})`;
}
