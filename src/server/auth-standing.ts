import type { Clock } from '../domain/clock.ts';
import type { StreamEnd } from '../live/subscriber.ts';
import type { Caller } from '../request/caller.ts';

/** What the credentials of a caller are worth under the configuration that is in force; `changed`: it has other permissions now. */
export type CallerStanding = 'valid' | 'changed' | 'revoked';

const ENDS = { valid: null, changed: 'restart', revoked: 'unauthenticated' } as const satisfies Readonly<
  Record<CallerStanding, StreamEnd | null>
>;

/** Why the streams of a caller have to end; null: they may go on. */
export function findStreamEnd(standing: CallerStanding): StreamEnd | null {
  return ENDS[standing];
}

/** Whether a caller's credentials have not expired. */
export function isUnexpired({ expiresAt = Infinity }: Caller, clock: Pick<Clock, 'now'>): boolean {
  return clock.now() < expiresAt;
}
