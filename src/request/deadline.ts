import type { Clock } from '../domain/clock.ts';

export interface Deadline {
  /** Aborted by a TimeoutError when the time is up, or with the parent's reason when the parent is. */
  readonly signal: AbortSignal;
  /** Forgets the timer; the signal stays as it is. */
  readonly cancel: () => void;
}

export function createDeadline(clock: Clock, ms: number, parent: AbortSignal): Deadline {
  const timeoutController = new AbortController();
  const cancel = clock.setTimer(ms, () => {
    timeoutController.abort(new DOMException('The request took too long', 'TimeoutError'));
  });
  return { signal: AbortSignal.any([timeoutController.signal, parent]), cancel };
}
