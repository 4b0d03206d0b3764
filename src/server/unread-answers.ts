import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HttpError } from './http-error.ts';

/** Beyond this, a connection gets no further answers of pipelined requests. */
const MAX_CONNECTION_BYTES = 16_777_216;

/** The answers that have been sent and not yet read: each is in memory as a whole until its last byte is out. */
export interface UnreadAnswers {
  /** Throws an `HttpError` (503) while answers of all connections, or of this one, exceed their limit. */
  readonly assertCapacity: (response: ServerResponse) => void;
  /** Counts an answer until it is out or its connection closed; call it once it, with a body of this length, is written. */
  readonly add: (response: ServerResponse, bodyBytes: number) => void;
  /** The bytes of all answers that are in memory now. */
  readonly bytes: () => number;
}

export interface UnreadAnswersOptions {
  readonly maxBytes: () => number;
  /** How long a client may read nothing of an answer before its connection is closed. */
  readonly timeoutMs: number;
  readonly onRejected: () => void;
}

/**
 * Bounds the memory of answers that clients do not read. The limits are checked before an answer is added, so that one answer
 * always fits; the sum exceeds a limit by at most one answer.
 */
export function createUnreadAnswers(options: UnreadAnswersOptions): UnreadAnswers {
  const { timeoutMs, onRejected } = options;
  const answers = new Map<ServerResponse, Socket>();
  /** The bodies of all answers, as if none of them was read. */
  let sentBytes = 0;

  function countBytes(connection?: Socket): number {
    let bytes = 0;
    // The length includes what the connection has not accepted yet. At most `limits.maxInFlight` answers are queries'.
    for (const [answer, socket] of answers)
      if (connection === undefined || socket === connection) bytes += answer.writableLength;
    return bytes;
  }

  /** Node counts every read of the client as activity, and sets its keep-alive timeout once no answer is left. */
  function limitReading(response: ServerResponse, socket: Socket): void {
    const { timeout = 0 } = socket;
    socket.setTimeout(timeoutMs);
    response.once('close', () => {
      // The query of another pipelined request may be running.
      if (socket.timeout === timeoutMs) socket.setTimeout(timeout);
    });
  }

  return {
    bytes: () => countBytes(),
    assertCapacity: ({ req: { socket } }) => {
      const maxBytes = options.maxBytes();
      // Nearly always the case, and known without looking at each answer.
      if (sentBytes <= Math.min(maxBytes, MAX_CONNECTION_BYTES)) return;
      if (countBytes() <= maxBytes && countBytes(socket) <= MAX_CONNECTION_BYTES) return;
      onRejected();
      throw new HttpError(503, 'OVERLOADED', 'The gateway holds too many answers that are not read; retry later.', {
        headers: { 'retry-after': '1' },
      });
    },
    add: (response, bodyBytes) => {
      // Nearly always the operating system has taken all of it, or the client has gone: nothing of the answer is kept then.
      if (response.writableLength === 0 || response.closed || response.destroyed) return;
      const { socket } = response.req;
      answers.set(response, socket);
      sentBytes += bodyBytes;
      response.once('close', () => {
        answers.delete(response);
        sentBytes -= bodyBytes;
      });
      // Behind the answers of earlier requests: their queries may take longer than a client may read nothing.
      if (response.socket !== null) limitReading(response, socket);
    },
  };
}
