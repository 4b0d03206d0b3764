import type { Environment } from '../../packages/client/src/environment.ts';
import { manualClock } from './clock.ts';

/** What a client gets of its platform: the real network, and a clock that the test advances. */
export interface ClientEnvironment extends Environment {
  /** The waits so far, in milliseconds. */
  readonly waits: readonly number[];
  /** Resolves when the client waits for the n-th time (from 1). */
  readonly nthWait: (n: number) => Promise<void>;
  readonly advance: (ms: number) => void;
  readonly pendingTimers: () => number;
}

export function createClientEnvironment(): ClientEnvironment {
  const clock = manualClock();
  const waits: number[] = [];
  const waiters = new Map<number, () => void>();
  return {
    fetch: (...args) => globalThis.fetch(...args),
    random: () => 0.5,
    setTimer: (ms, callback) => clock.setTimer(ms, callback),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const abort = (): void => {
          cancel();
          reject(signal?.reason as Error);
        };
        const cancel = clock.setTimer(ms, () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        });
        if (signal?.aborted === true) abort();
        else signal?.addEventListener('abort', abort, { once: true });
        waits.push(ms);
        waiters.get(waits.length)?.();
      }),
    waits,
    nthWait: (n) => (waits.length >= n ? Promise.resolve() : new Promise((resolve) => waiters.set(n, resolve))),
    advance: (ms) => {
      clock.advance(ms);
    },
    pendingTimers: () => clock.pendingTimers(),
  };
}
