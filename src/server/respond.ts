import type { ServerResponse } from 'node:http';
import { chooseCoding, CODINGS, compress, rejectsIdentity } from './content-coding.ts';
import { formatErrorBody, type HttpError } from './http-error.ts';

/** Sends a complete response. For HEAD, Node omits the body. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Answers up to this size are sent as they are: they fit in one packet, or nearly. */
const MAX_UNCOMPRESSED_BYTES = 1024;

/** Sends a complete response, compressed as the client's Accept-Encoding allows. */
export async function sendCompressible(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<void> {
  varyByCoding(response);
  const accepted = response.req.headers['accept-encoding'];
  const isCompressible = Buffer.byteLength(body) > MAX_UNCOMPRESSED_BYTES || rejectsIdentity(accepted);
  const coding = isCompressible ? chooseCoding(accepted, CODINGS) : 'identity';
  if (coding === 'identity') {
    send(response, status, headers, body);
    return;
  }
  const compressed = await compress(coding, Buffer.from(body));
  const codingHeaders = { 'content-encoding': coding, 'content-length': compressed.length };
  response.writeHead(status, { ...headers, ...codingHeaders }).end(compressed);
}

/** Announces that the response depends on Accept-Encoding; a 304 needs it, too (RFC 9110, section 15.4.5). */
export function varyByCoding(response: ServerResponse): void {
  response.appendHeader('vary', 'Accept-Encoding');
}

/** Calls back once the response is out or its connection closed, also if that has already happened. */
export function whenClosed(response: ServerResponse, callback: () => void): void {
  if (response.closed || response.destroyed) callback();
  else response.once('close', callback);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, JSON_HEADERS, `${JSON.stringify(value)}\n`);
}

export function sendError(response: ServerResponse, { status, code, message, headers }: HttpError): void {
  send(response, status, { ...headers, ...JSON_HEADERS }, formatErrorBody(code, message));
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
