import type { Clock } from '../domain/clock.ts';

/**
 * Settles like the promise, unless the signal is aborted first: then rejects with the signal's reason. The operation behind
 * the promise is not stopped.
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let removeListener: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
    removeListener = () => {
      signal.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    removeListener();
  }
}

/** Settles like the promise, unless `ms` pass first: then resolves to the fallback. Leaves no timer running. */
export async function withTimeout<T>(
  promise: Promise<T>,
  fallback: () => T,
  ms: number,
  clock: Pick<Clock, 'setTimer'>,
): Promise<T> {
  let cancelTimer: () => void = () => undefined;
  const timeout = new Promise<T>((resolve) => {
    cancelTimer = clock.setTimer(ms, () => {
      resolve(fallback());
    });
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    cancelTimer();
  }
}

/** Resolves after `ms`; rejects with the signal's reason as soon as a signal is aborted. Leaves no timer running. */
export async function sleep(ms: number, clock: Pick<Clock, 'setTimer'>, signal?: AbortSignal): Promise<void> {
  let cancelTimer: () => void = () => undefined;
  const elapsed = new Promise<void>((resolve) => {
    cancelTimer = clock.setTimer(ms, resolve);
  });
  await (signal ? abortable(elapsed, signal).finally(cancelTimer) : elapsed);
}

/** Calls back when the signal is aborted (at once if it already is), unless the returned function is called before. */
export type AddAbortListener = (signal: AbortSignal, callback: () => void) => () => void;

interface ListenerSet {
  readonly callbacks: Set<() => void>;
  readonly notify: () => void;
}

/**
 * Registers any number of callbacks with one event listener per signal. A signal compares each new listener with all that it
 * has, so a listener for each of a query's many reads would take quadratic time.
 */
export function createAbortListeners(): AddAbortListener {
  const listenerSets = new WeakMap<AbortSignal, ListenerSet>();

  function register(signal: AbortSignal): ListenerSet {
    const callbacks = new Set<() => void>();
    const notify = (): void => {
      for (const callback of callbacks) callback();
    };
    const listenerSet = { callbacks, notify };
    signal.addEventListener('abort', notify);
    listenerSets.set(signal, listenerSet);
    return listenerSet;
  }

  return (signal, callback) => {
    if (signal.aborted) {
      callback();
      return () => undefined;
    }
    const { callbacks, notify } = listenerSets.get(signal) ?? register(signal);
    callbacks.add(callback);
    return () => {
      if (!callbacks.delete(callback) || callbacks.size > 0) return;
      signal.removeEventListener('abort', notify);
      listenerSets.delete(signal);
    };
  };
}
