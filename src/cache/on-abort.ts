/** Calls back when the signal is aborted (at once if it is already), unless the returned function is called before. */
export type OnAbort = (signal: AbortSignal, callback: () => void) => () => void;

interface Bell {
  readonly callbacks: Set<() => void>;
  readonly ring: () => void;
}

/**
 * Any number of callbacks behind one listener a signal. A signal compares each new listener with all that it has: a query's
 * many reads, each with listeners of its own, would take ever longer.
 */
export function createOnAbort(): OnAbort {
  const bells = new WeakMap<AbortSignal, Bell>();

  function hang(signal: AbortSignal): Bell {
    const callbacks = new Set<() => void>();
    const ring = (): void => {
      for (const callback of callbacks) callback();
    };
    const bell = { callbacks, ring };
    signal.addEventListener('abort', ring);
    bells.set(signal, bell);
    return bell;
  }

  return (signal, callback) => {
    if (signal.aborted) {
      callback();
      return () => undefined;
    }
    const { callbacks, ring } = bells.get(signal) ?? hang(signal);
    callbacks.add(callback);
    return () => {
      if (!callbacks.delete(callback) || callbacks.size > 0) return;
      signal.removeEventListener('abort', ring);
      bells.delete(signal);
    };
  };
}
