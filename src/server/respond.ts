import { mapValue, type MaybePromise } from '../domain/maybe-promise.ts';
import type { Exchange } from './exchange.ts';
import { formatErrorBody, type HttpError } from './http-error.ts';
import { createEncodableBody, type EncodableBody } from './response-cache/encodable-body.ts';

/** What responding needs of an exchange. */
type Target = Pick<Exchange, 'response' | 'headers'>;
type HeaderValues = Readonly<Record<string, string>>;

/** Sends a complete response, with the headers that every response of the exchange has. For HEAD, Node omits the body. */
export function send(target: Target, status: number, headers: HeaderValues, body: string | Buffer): void {
  const all = joinHeaders(target, headers);
  all.push('content-length', String(Buffer.byteLength(body)));
  const head = target.response.writeHead(status, all);
  if (typeof body === 'string' || body.length > MAX_JOINED_BYTES) head.end(body);
  // Node joins a text with the headers to one write. Each byte is one character of latin1, so that the same bytes are sent.
  else head.end(body.toString('latin1'), 'latin1');
}

/** Beyond this, copying the text costs as much as writing a second buffer. */
const MAX_JOINED_BYTES = 8192;

/** Sends a response without a body, such as 204 or 304. */
export function sendHead(target: Target, status: number, headers: HeaderValues): void {
  target.response.writeHead(status, joinHeaders(target, headers)).end();
}

/** Sends the headers of a response whose body follows in parts. */
export function openStream(target: Target, headers: HeaderValues): void {
  target.response.writeHead(200, joinHeaders(target, headers)).flushHeaders();
}

/**
 * Sets the headers that every response of the exchange has, for a handler that writes to the response itself: what it passes to
 * `writeHead` overrides them.
 */
export function presetHeaders(target: Target): void {
  const all = joinHeaders(target, {});
  for (let index = 0; index < all.length; index += 2)
    target.response.appendHeader(all[index] ?? '', all[index + 1] ?? '');
}

/** One array for `writeHead`: headers that are set one by one cost several times as much. */
function joinHeaders({ headers: common }: Target, headers: HeaderValues): string[] {
  const all = [...common];
  if (headers['cache-control'] === undefined) all.push('cache-control', 'no-store');
  // The length is that of the body as it is sent, which may be compressed.
  for (const name in headers) if (name !== 'content-length') all.push(name, headers[name] ?? '');
  return all;
}

interface EncodedAnswer {
  readonly headers: HeaderValues;
  readonly body: Buffer;
}

/**
 * Sends an answer that may be large, compressed as the client's Accept-Encoding allows; at once where its bytes are known. Throws an
 * `HttpError` instead where too many answers wait for their clients to read them.
 */
export function sendAnswer(
  exchange: Pick<Exchange, 'response' | 'headers' | 'unread'>,
  status: number,
  headers: HeaderValues,
  body: EncodableBody,
): MaybePromise<void> {
  return mapValue(encode(exchange, headers, body), (encoded) => {
    exchange.unread.assertCapacity(exchange.response);
    sendEncoded(exchange, status, encoded);
  });
}

function sendEncoded(
  exchange: Pick<Exchange, 'response' | 'headers' | 'unread'>,
  status: number,
  { headers, body }: EncodedAnswer,
): void {
  send(exchange, status, headers, body);
  exchange.unread.add(exchange.response, body.length);
}

/** As `sendAnswer`, but never refused: monitoring must get a response above all while the process is overloaded. */
export function sendMonitoringAnswer(
  exchange: Pick<Exchange, 'response' | 'headers' | 'unread'>,
  headers: HeaderValues,
  text: string,
): MaybePromise<void> {
  return mapValue(encode(exchange, headers, createEncodableBody(Buffer.from(text))), (encoded) => {
    sendEncoded(exchange, 200, encoded);
  });
}

function encode(target: Target, headers: HeaderValues, body: EncodableBody): MaybePromise<EncodedAnswer> {
  varyByCoding(target);
  const coding = body.codingFor(target.response.req.headers['accept-encoding']);
  if (coding === 'identity') return { headers, body: body.bytes };
  const encodedHeaders = { ...headers, 'content-encoding': coding };
  return mapValue(body.encode(coding), (bytes) => ({ headers: encodedHeaders, body: bytes }));
}

/** Announces that the response depends on Accept-Encoding; a 304 needs it, too (RFC 9110, section 15.4.5). */
export function varyByCoding({ headers }: Pick<Target, 'headers'>): void {
  headers.push('vary', 'Accept-Encoding');
}

export function sendJson(target: Target, status: number, value: unknown): void {
  send(target, status, JSON_HEADERS, `${JSON.stringify(value)}\n`);
}

export function sendError(target: Target, { status, code, message, headers }: HttpError): void {
  send(target, status, { ...headers, ...JSON_HEADERS }, formatErrorBody(code, message));
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
