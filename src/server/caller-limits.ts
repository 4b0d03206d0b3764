import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import { HttpError } from './http-error.ts';

export type CallerLimits = Pick<Limits, 'callerRequestsPerMinute' | 'callerConcurrency'>;

/** What is kept of a caller. */
export interface CallerUsage {
  /** When the requests of the last minute began. */
  readonly recentRequests: number[];
  inFlight: number;
}

/**
 * Holds every caller to so many requests in any minute and so many at a time, counted in this process. Call it when a
 * request begins, and its result when that ends; a caller over a limit gets a Refusal instead.
 */
export function createCallerLimits(
  { callerRequestsPerMinute = Infinity, callerConcurrency = Infinity }: CallerLimits,
  clock: Clock,
  usageByCaller = new Map<string, CallerUsage>(),
): (caller: string) => () => void {
  let lastSweepAt = clock.monotonicMs();

  function usageOf(caller: string, now: number): CallerUsage {
    // Callers come and go; who has been quiet for a minute is forgotten.
    if (now - lastSweepAt > MINUTE) {
      lastSweepAt = now;
      for (const [name, { recentRequests, inFlight }] of usageByCaller) {
        if (inFlight === 0 && (recentRequests.at(-1) ?? -Infinity) <= now - MINUTE) usageByCaller.delete(name);
      }
    }
    let usage = usageByCaller.get(caller);
    if (!usage) usageByCaller.set(caller, (usage = { recentRequests: [], inFlight: 0 }));
    return usage;
  }

  return (caller) => {
    const now = clock.monotonicMs();
    const usage = usageOf(caller, now);
    if (usage.inFlight >= callerConcurrency) {
      throw rateLimitError('caller_concurrency', 'Too many requests at a time', SECOND);
    }
    // Without a limit the latest one is enough to know when a caller went quiet.
    const windowStart = callerRequestsPerMinute < Infinity ? now - MINUTE : now;
    while ((usage.recentRequests[0] ?? Infinity) <= windowStart) usage.recentRequests.shift();
    if (usage.recentRequests.length >= callerRequestsPerMinute) {
      throw rateLimitError(
        'caller_rate',
        'Too many requests in a minute',
        (usage.recentRequests[0] ?? now) - windowStart,
      );
    }
    usage.recentRequests.push(now);
    usage.inFlight += 1;
    return () => {
      usage.inFlight -= 1;
    };
  };
}

function rateLimitError(limit: 'caller_rate' | 'caller_concurrency', message: string, waitMs: number): HttpError {
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / SECOND))) };
  return new HttpError(429, 'RATE_LIMITED', message, { limit, headers });
}
