import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeTraces, type ReceivedSpan } from './otlp-traces.ts';

/** A collector of traces that speaks OTLP over HTTP on a loopback address, and accepts nothing that the specification forbids. */
export interface OtlpCollector {
  /** Its base URL. */
  readonly url: string;
  readonly spans: () => readonly ReceivedSpan[];
  /** Everything that has arrived: request lines, headers and bodies. */
  readonly bytes: () => Buffer;
  readonly requests: () => readonly IncomingMessage[];
  /** What was refused, and why. */
  readonly problems: () => readonly string[];
  /** The status of the next responses. */
  readonly answerWith: (status: number) => void;
  readonly stop: () => Promise<void>;
}

export interface CollectorOptions {
  /** https with this certificate. */
  readonly tls?: ServerOptions;
  /** What it answers to what it takes in. */
  readonly responseBody?: Buffer;
}

export async function startOtlpCollector({ tls, responseBody }: CollectorOptions = {}): Promise<OtlpCollector> {
  const spans: ReceivedSpan[] = [];
  const requests: IncomingMessage[] = [];
  const received: Buffer[] = [];
  const problems: string[] = [];
  let answer = 200;

  async function accept(request: IncomingMessage): Promise<void> {
    const body = await readBody(request);
    received.push(Buffer.from(`${request.url ?? ''}\n${request.rawHeaders.join('\n')}\n`), body);
    const { method, url, headers } = request;
    if (method !== 'POST' || url !== '/v1/traces') throw new Error(`${method} ${url} is not POST /v1/traces`);
    if (headers['content-type'] !== 'application/x-protobuf') throw new Error(`media type ${headers['content-type']}`);
    const decoded = decodeTraces(body);
    if (decoded.length === 0) throw new Error('an export without spans');
    const known = new Set(spans.map(({ spanId }) => spanId));
    for (const { spanId, name } of decoded) if (known.has(spanId)) throw new Error(`the span ${name} was sent twice`);
    spans.push(...decoded);
  }

  const listener: RequestListener = (request, response) => {
    requests.push(request);
    if (answer !== 200) {
      request.resume();
      response.writeHead(answer).end('CANARY-collector-body');
      return;
    }
    accept(request).then(
      () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(responseBody),
      (error: unknown) => {
        problems.push(String(error));
        response.writeHead(400).end();
      },
    );
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => spans,
    bytes: () => Buffer.concat(received),
    requests: () => requests,
    problems: () => problems,
    answerWith: (status) => {
      answer = status;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** The spans as nested names: roots in the order of their start, the others by name. A span whose parent is elsewhere is a root. */
export function toSpanTree(spans: readonly ReceivedSpan[]): readonly SpanTree[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const isRoot = ({ parentSpanId }: ReceivedSpan) => parentSpanId === null || !ids.has(parentSpanId);
  const toTree = ({ name, spanId }: ReceivedSpan): SpanTree => {
    const children = spans.filter(({ parentSpanId }) => parentSpanId === spanId);
    const byName = children.toSorted((a, b) => a.name.localeCompare(b.name));
    return children.length > 0 ? { [name]: byName.map(toTree) } : name;
  };
  return spans
    .filter(isRoot)
    .toSorted((a, b) => Number(a.startNs - b.startNs))
    .map(toTree);
}

export type SpanTree = string | Readonly<Record<string, readonly SpanTree[]>>;
