import type { Clock } from '../domain/clock.ts';
import { abortable } from './abortable.ts';

/** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as that is aborted. Leaves no timer behind. */
export async function sleep(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  let cancelTimer: () => void = () => undefined;
  const elapsed = new Promise<void>((resolve) => {
    cancelTimer = clock.setTimer(ms, resolve);
  });
  await abortable(elapsed, signal).finally(cancelTimer);
}
