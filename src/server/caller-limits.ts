import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import { HttpError } from './http-error.ts';

export type CallerLimits = Pick<Limits, 'callerRequestsPerMinute' | 'callerConcurrency'>;

/** The recent and current requests of one caller. */
export interface CallerUsage {
  /** Start times of the requests of the last minute, oldest first. */
  readonly recentRequests: number[];
  inFlight: number;
}

/** Call it when a request starts, with the caller's name; it returns the function to call when the request ends, at least once. */
export type AcquireCaller = (caller: string) => () => void;

/**
 * Limits each caller's requests per minute (sliding window) and concurrent requests, counted in this process. The result throws an `HttpError` (429) for a
 * caller over a limit.
 */
export function createCallerLimits(
  { callerRequestsPerMinute = Infinity, callerConcurrency = Infinity }: CallerLimits,
  clock: Clock,
  usageByCaller = new Map<string, CallerUsage>(),
): AcquireCaller {
  let lastSweepAt = clock.monotonicMs();

  function usageOf(caller: string, now: number): CallerUsage {
    // Callers come and go: drop those without a request for a minute, so that the map stays small.
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
      throw rateLimitError(
        'caller_concurrency',
        `Too many concurrent requests; the limit per caller is ${callerConcurrency}.`,
        SECOND,
      );
    }
    // Without a rate limit only the latest start time is kept, which is enough for the sweep above.
    const windowStart = callerRequestsPerMinute < Infinity ? now - MINUTE : now;
    while ((usage.recentRequests[0] ?? Infinity) <= windowStart) usage.recentRequests.shift();
    if (usage.recentRequests.length >= callerRequestsPerMinute) {
      throw rateLimitError(
        'caller_rate',
        `Too many requests; the limit per caller is ${callerRequestsPerMinute} a minute.`,
        (usage.recentRequests[0] ?? now) - windowStart,
      );
    }
    usage.recentRequests.push(now);
    usage.inFlight += 1;
    let isInFlight = true;
    return () => {
      if (isInFlight) usage.inFlight -= 1;
      isInFlight = false;
    };
  };
}

function rateLimitError(limit: 'caller_rate' | 'caller_concurrency', message: string, waitMs: number): HttpError {
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / SECOND))) };
  return new HttpError(429, 'RATE_LIMITED', message, { limit, headers });
}
