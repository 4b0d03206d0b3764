/** An execution for all requests that wait for it. */
export interface SharedExecution<T> {
  /** Waits for the result as one more request; it goes on as long as one of them is connected. */
  readonly join: (disconnected: AbortSignal) => Promise<T>;
}

/** Starts an execution for one request, which others may join. `run`'s signal is aborted once the last of them has disconnected. */
export function startSharedExecution<T>(
  disconnected: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): SharedExecution<T> & { readonly result: Promise<T> } {
  const controller = new AbortController();
  let connected = 0;
  const addRequest = (signal: AbortSignal): void => {
    connected += 1;
    const leave = (): void => {
      connected -= 1;
      if (connected === 0) controller.abort(signal.reason);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  };
  addRequest(disconnected);
  const result = run(controller.signal);
  return {
    result,
    join: (signal) => {
      addRequest(signal);
      return result;
    },
  };
}
