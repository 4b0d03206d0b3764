import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { formatErrorBody } from './http-error.ts';

const STATUS_BY_ERROR_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Malformed HTTP request.',
  408: 'Request timed out before it was complete.',
  431: 'Request headers are too large.',
};

/**
 * Responds to input that Node could not parse as a request (its `clientError` event) with the same JSON error body as every
 * other error. Returns the status, or null if the connection is already closed.
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
