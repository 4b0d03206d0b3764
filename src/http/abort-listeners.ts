/** Calls back when the signal is aborted (at once if it is already), unless the returned function is called before. */
export type AddAbortListener = (signal: AbortSignal, callback: () => void) => () => void;

interface ListenerSet {
  readonly callbacks: Set<() => void>;
  readonly notify: () => void;
}

/**
 * Any number of callbacks behind one listener a signal. A signal compares each new listener with all that it has: a query's
 * many reads, each with listeners of its own, would take ever longer.
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
