import type { ServerResponse } from 'node:http';
import { chooseCoding, CODINGS, rejectsIdentity } from './content-coding.ts';
import type { Exchange } from './exchange.ts';
import { formatErrorBody, type HttpError } from './http-error.ts';
import { createEncodableBody, type EncodableBody } from './response-cache/encodable-body.ts';

/** Sends a complete response. For HEAD, Node omits the body. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Answers up to this size are sent as they are: they fit in one packet, or nearly. */
const MAX_UNCOMPRESSED_BYTES = 1024;

/**
 * Sends an answer that may be large, compressed as the client's Accept-Encoding allows. Throws an `HttpError` instead where too
 * many answers wait for their clients to read them.
 */
export async function sendAnswer(
  { response, unread }: Pick<Exchange, 'response' | 'unread'>,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: EncodableBody,
): Promise<void> {
  const encoded = await encode(response, headers, body);
  unread.assertCapacity(response);
  unread.add(response, encoded.body.length);
  send(response, status, encoded.headers, encoded.body);
}

/** As `sendAnswer`, but never refused: monitoring must get a response above all while the process is overloaded. */
export async function sendMonitoringAnswer(
  { response, unread }: Pick<Exchange, 'response' | 'unread'>,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<void> {
  const encoded = await encode(response, headers, createEncodableBody(Buffer.from(body)));
  unread.add(response, encoded.body.length);
  send(response, 200, encoded.headers, encoded.body);
}

async function encode(response: ServerResponse, headers: Readonly<Record<string, string>>, body: EncodableBody) {
  varyByCoding(response);
  const accepted = response.req.headers['accept-encoding'];
  const isCompressible = body.bytes.length > MAX_UNCOMPRESSED_BYTES || rejectsIdentity(accepted);
  const coding = isCompressible ? chooseCoding(accepted, CODINGS) : 'identity';
  if (coding === 'identity') return { headers, body: body.bytes };
  return { headers: { ...headers, 'content-encoding': coding }, body: await body.encode(coding) };
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
