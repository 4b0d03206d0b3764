import type { Limits } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import { Refusal } from './refusal.ts';

export type CallerLimits = Pick<Limits, 'callerRequestsPerMinute' | 'callerConcurrency'>;

/** What is kept of a caller. */
export interface Usage {
  /** When the requests of the last minute began. */
  readonly begun: number[];
  running: number;
}

/**
 * Holds every caller to so many requests in any minute and so many at a time, counted in this process. Call it when a
 * request begins, and its result when that ends; a caller over a limit gets a Refusal instead.
 */
export function createCallerLimits(
  { callerRequestsPerMinute = Infinity, callerConcurrency = Infinity }: CallerLimits,
  clock: Clock,
  usages = new Map<string, Usage>(),
): (caller: string) => () => void {
  let swept = clock.elapsed();

  function usageOf(caller: string, now: number): Usage {
    // Callers come and go; who has been quiet for a minute is forgotten.
    if (now - swept > MINUTE) {
      swept = now;
      for (const [name, { begun, running }] of usages) {
        if (running === 0 && (begun.at(-1) ?? -Infinity) <= now - MINUTE) usages.delete(name);
      }
    }
    let usage = usages.get(caller);
    if (!usage) usages.set(caller, (usage = { begun: [], running: 0 }));
    return usage;
  }

  return (caller) => {
    const now = clock.elapsed();
    const usage = usageOf(caller, now);
    if (usage.running >= callerConcurrency) {
      throw refuse('caller_concurrency', 'Too many requests at a time', SECOND);
    }
    // Without a limit the latest one is enough to know when a caller went quiet.
    const since = callerRequestsPerMinute < Infinity ? now - MINUTE : now;
    while ((usage.begun[0] ?? Infinity) <= since) usage.begun.shift();
    if (usage.begun.length >= callerRequestsPerMinute) {
      throw refuse('caller_rate', 'Too many requests in a minute', (usage.begun[0] ?? now) - since);
    }
    usage.begun.push(now);
    usage.running += 1;
    return () => {
      usage.running -= 1;
    };
  };
}

function refuse(limit: 'caller_rate' | 'caller_concurrency', message: string, waitMs: number): Refusal {
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / SECOND))) };
  return new Refusal(429, 'RATE_LIMITED', message, { limit, headers });
}
