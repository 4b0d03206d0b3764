import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { formatErrorBody } from './http-error.ts';

const STATUS_BY_ERROR_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'This is not HTTP',
  408: 'The request did not arrive in time',
  431: 'The request’s headers are too large',
};

/**
 * Answers what Node could not make a request of, as every other error is answered: in JSON. Gives the status; null where nobody
 * is there to be told.
 */
export function respondToClientError(error: NodeJS.ErrnoException, socket: Duplex): number | null {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return null;
  }
  const status = STATUS_BY_ERROR_CODE[error.code ?? ''] ?? 400;
  const body = formatErrorBody('BAD_REQUEST', MESSAGES[status] ?? '');
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
  return status;
}
