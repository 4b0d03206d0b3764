import type { Clock } from '../domain/clock.ts';
import { untilAborted } from './until-aborted.ts';

/** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as that is aborted. Leaves no timer behind. */
export async function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  let stop: () => void = () => undefined;
  const waited = new Promise<void>((resolve) => {
    stop = clock.after(ms, resolve);
  });
  await untilAborted(waited, signal).finally(stop);
}
