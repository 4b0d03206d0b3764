/** What a client needs of its platform; tests replace it. */
export interface Environment {
  readonly fetch: typeof globalThis.fetch;
  /** Resolves after the time; rejects with the signal's reason when it is aborted before. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Calls back once after the time, unless what it returns was called before. */
  readonly setTimer: (ms: number, callback: () => void) => () => void;
  /** From 0 to 1. */
  readonly random: () => number;
}

export function createEnvironment(fetchOption?: typeof globalThis.fetch): Environment {
  return {
    // Read at each call, so that an application can replace it after the client was created.
    fetch: fetchOption ?? ((...args) => globalThis.fetch(...args)),
    sleep,
    setTimer,
    random: Math.random,
  };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function setTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => {
    clearTimeout(timer);
  };
}
