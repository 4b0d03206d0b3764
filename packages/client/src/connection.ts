import type { Environment } from './environment.ts';
import { RequestError } from './request-error.ts';

/** What ends a stream: the caller's signal, or its silence. */
export interface Connection {
  /** Aborted with the reason of the caller's signal, or with a RequestError for the silence. */
  readonly signal: AbortSignal;
  /** Starts the time of silence again. */
  readonly onSignOfLife: () => void;
  /** Aborts whatever still goes on. */
  readonly close: () => void;
}

export function createConnection(
  { setTimer }: Environment,
  maxSilenceSeconds: number,
  callerSignal: AbortSignal,
): Connection {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(callerSignal.reason);
  };
  const onSilence = (): void => {
    const message = `The stream was silent for ${maxSilenceSeconds} seconds.`;
    controller.abort(new RequestError(message, 'NETWORK_ERROR', { status: null }));
  };
  let cancelTimer = setTimer(maxSilenceSeconds * 1000, onSilence);
  if (callerSignal.aborted) abort();
  else callerSignal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    onSignOfLife() {
      cancelTimer();
      cancelTimer = setTimer(maxSilenceSeconds * 1000, onSilence);
    },
    close() {
      cancelTimer();
      callerSignal.removeEventListener('abort', abort);
      controller.abort();
    },
  };
}
