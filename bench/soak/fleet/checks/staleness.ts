import type { Finding } from '../violations.ts';
import type { Answer, AnswerSource, CheckContext } from './answer.ts';

/** Differences of a moment: timers, rounding, and the clocks of several processes. */
const TOLERANCE_MS = 1500;
/** The part of a TTL during which a value is still served while it is revalidated, and its maximum. */
const GRACE_RATIO = 0.1;
const MAX_GRACE_MS = 30_000;

/** When the value was requested from the vendor, by the real clock; null if that cannot be said. */
export function toRealTime(at: string | null | undefined, { shiftMs }: Answer<unknown>): number | null {
  return at == null || shiftMs === null ? null : Date.parse(at) - shiftMs;
}

/** The moments at which the vendor may have answered a request that was sent at `requestedAt`. */
export function answeredBetween(
  requestedAt: number,
  { receivedAt }: Answer<unknown>,
  { maxFetchMs }: CheckContext,
): readonly [from: number, to: number] {
  return [requestedAt - TOLERANCE_MS, Math.max(requestedAt, Math.min(receivedAt, requestedAt + maxFetchMs))];
}

/** How old a value may be when it is served: TTL and grace; while the vendor fails, TTL and `staleIfErrorSeconds`. */
export function maxAgeMs(outcome: string, ttlMs: number, { staleIfErrorMs }: CheckContext): number {
  return ttlMs + (outcome === 'OK' ? Math.min(ttlMs * GRACE_RATIO, MAX_GRACE_MS) : staleIfErrorMs) + TOLERANCE_MS;
}

export interface AgeCheck {
  readonly finding: Finding | null;
  /** The age when the request was sent; null if it cannot be said. */
  readonly ageMs: number | null;
}

/** Checks the age of a source's data. */
export function checkAge(
  what: string,
  { account, outcome, fetchedAt }: AnswerSource,
  ttlMs: number,
  answer: Answer<unknown>,
  context: CheckContext,
): AgeCheck {
  const requestedAt = toRealTime(fetchedAt, answer);
  if (requestedAt === null) return { finding: null, ageMs: null };
  const ageMs = Math.max(0, answer.sentAt - requestedAt);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const allowedMs = maxAgeMs(outcome, ttlMs, context);
  if (requestedAt > answer.receivedAt + TOLERANCE_MS)
    return { finding: { check: 'observed in the future', detail: `${what}: ${account.name}` }, ageMs };
  return ageMs <= allowedMs
    ? { finding: null, ageMs }
    : {
        finding: {
          check: 'too old',
          detail: `${what}: ${account.name} ${outcome}, ${seconds(ageMs)} instead of ${seconds(allowedMs)}`,
        },
        ageMs,
      };
}
