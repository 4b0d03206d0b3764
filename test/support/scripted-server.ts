import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** How the server handles one request. */
export interface ScriptedStep {
  /** Defaults to 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Delays the response until this resolves. */
  readonly delayUntil?: Promise<unknown>;
  /** Delays the body until this resolves. */
  readonly delayBodyUntil?: Promise<unknown>;
  /** Never responds. */
  readonly hang?: boolean;
  /** Resets the connection before any response. */
  readonly reset?: boolean;
  /** Announces the complete body, sends this many bytes of it and closes the connection. */
  readonly closeAfterBytes?: number;
  /** Sends the body byte by byte at this interval. */
  readonly dripEveryMs?: number;
  /** Sends the body repeatedly until the connection is closed. */
  readonly endless?: boolean;
}

export interface ReceivedRequest {
  readonly method: string;
  /** Includes the query string. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the client disconnected before it had the complete response. */
  readonly aborted: () => boolean;
  /** Resolves when the response is sent or the client has disconnected. */
  readonly closed: Promise<void>;
}

export interface ScriptedServer {
  readonly url: URL;
  /** All requests with complete bodies, in the order of arrival. */
  readonly received: readonly ReceivedRequest[];
  readonly connections: () => number;
  /** Adds one step for each of the next requests, whatever their path. A request without a step gets 599. */
  readonly script: (...steps: readonly ScriptedStep[]) => void;
  /** Resolves to the n-th request (from 1). */
  readonly nthRequest: (n: number) => Promise<ReceivedRequest>;
  readonly close: () => Promise<void>;
}

/** Starts a scripted vendor on a free port. */
export async function startScriptedServer(...script: readonly ScriptedStep[]): Promise<ScriptedServer> {
  const steps = [...script];
  const received: ReceivedRequest[] = [];
  const waiters = new Map<number, (received: ReceivedRequest) => void>();
  let connections = 0;

  const server = createServer((request, response) => {
    const step = steps.shift() ?? { status: 599, body: 'no step is left for this request' };
    void receive(request, response).then((entry) => {
      received.push(entry);
      waiters.get(received.length)?.(entry);
      return runStep(step, response);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    received,
    connections: () => connections,
    script: (...added) => void steps.push(...added),
    nthRequest(n) {
      const existing = received[n - 1];
      return existing ? Promise.resolve(existing) : new Promise((resolve) => waiters.set(n, resolve));
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A server that must never be connected to; `connections` counts the violations. */
export function startDecoy(): Promise<ScriptedServer> {
  return startScriptedServer();
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<ReceivedRequest> {
  const closed = new Promise<void>((resolve) => response.on('close', resolve));
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
    aborted: () => response.closed && !response.writableFinished,
    closed,
  };
}

async function runStep(step: ScriptedStep, response: ServerResponse): Promise<void> {
  await step.delayUntil;
  if (step.hang) return;
  if (step.reset) {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(step.body ?? '');
  const hasUnknownLength = step.dripEveryMs !== undefined || step.endless === true;
  response.writeHead(step.status ?? 200, {
    ...(!hasUnknownLength && { 'content-length': body.length }),
    ...(step.headers as Record<string, string | string[]> | undefined),
  });
  response.flushHeaders();
  await step.delayBodyUntil;
  if (step.closeAfterBytes !== undefined)
    response.write(body.subarray(0, step.closeAfterBytes), () => response.socket?.destroy());
  else if (step.dripEveryMs !== undefined) drip(body, step.dripEveryMs, response);
  else if (step.endless) sendRepeatedly(body, response);
  else response.end(body);
}

function drip(body: Buffer, everyMs: number, response: ServerResponse): void {
  let offset = 0;
  const timer = setInterval(() => {
    if (offset === body.length) response.end();
    else response.write(body.subarray(offset, (offset += 1)));
  }, everyMs);
  response.on('close', () => {
    clearInterval(timer);
  });
}

function sendRepeatedly(body: Buffer, response: ServerResponse): void {
  const writeMore = (): void => {
    while (!response.destroyed && response.write(body));
  };
  response.on('drain', writeMore);
  writeMore();
}

/** A JSON response. */
export function jsonStep(value: unknown, status = 200): ScriptedStep {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

export function redirectStep(url: URL | string, status = 302): ScriptedStep {
  return { status, headers: { location: String(url) } };
}

export function gzipStep(text: string | Buffer): ScriptedStep {
  return { headers: { 'content-encoding': 'gzip' }, body: gzipSync(text) };
}

export function brotliStep(text: string): ScriptedStep {
  return { headers: { 'content-encoding': 'br' }, body: brotliCompressSync(text) };
}

/** A response with truncated gzip data whose HTTP message is complete. */
export function truncatedGzipStep(text: string, missing: number): ScriptedStep {
  const compressed = gzipSync(text);
  return { headers: { 'content-encoding': 'gzip' }, body: compressed.subarray(0, compressed.length - missing) };
}

/** A decompression bomb: few bytes that inflate to many. */
export function gzipBombStep(bytes: number): ScriptedStep {
  return gzipStep(Buffer.alloc(bytes, ' '));
}
