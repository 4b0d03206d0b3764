import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** What the server does with one request. */
export interface Step {
  /** 200 when absent. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Held back before anything is answered. */
  readonly until?: Promise<unknown>;
  /** Held back between the headers and the body. */
  readonly bodyUntil?: Promise<unknown>;
  /** Never answers. */
  readonly hang?: boolean;
  /** Closes the connection hard before anything is answered. */
  readonly reset?: boolean;
  /** Announces the whole body, sends so many bytes of it and closes the connection. */
  readonly cutAfter?: number;
  /** Sends the body byte by byte, one every so many milliseconds. */
  readonly dripEveryMs?: number;
  /** Sends the body again and again until the connection is closed. */
  readonly endless?: boolean;
}

export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the client went before it had the whole answer. */
  readonly aborted: () => boolean;
  /** Resolves when the answer is out or the client gone. */
  readonly over: Promise<void>;
}

export interface ScriptedServer {
  readonly url: URL;
  /** Every request, once its body is in; in the order of arrival. */
  readonly received: readonly Received[];
  readonly connections: () => number;
  /** Steps for the requests to come, whatever their path: one each. A request without a step is answered 599. */
  readonly script: (...steps: readonly Step[]) => void;
  /** The n-th request (from 1), as soon as it is there. */
  readonly request: (n: number) => Promise<Received>;
  readonly close: () => Promise<void>;
}

/** A vendor that does what the test says, on a port of its own. */
export async function startScriptedServer(...script: readonly Step[]): Promise<ScriptedServer> {
  const steps = [...script];
  const received: Received[] = [];
  const awaited = new Map<number, (one: Received) => void>();
  let connections = 0;

  const server = createServer((request, response) => {
    const step = steps.shift() ?? { status: 599, body: 'no step is left for this request' };
    void receive(request, response).then((one) => {
      received.push(one);
      awaited.get(received.length)?.(one);
      return play(step, response);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    received,
    connections: () => connections,
    script: (...more) => void steps.push(...more),
    request(n) {
      const there = received[n - 1];
      return there ? Promise.resolve(there) : new Promise((resolve) => awaited.set(n, resolve));
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A server that nobody must ever connect to: whoever does, `connections` tells. */
export function startDecoy(): Promise<ScriptedServer> {
  return startScriptedServer();
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<Received> {
  const over = new Promise<void>((resolve) => response.on('close', resolve));
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(parts).toString('utf8'),
    aborted: () => response.closed && !response.writableFinished,
    over,
  };
}

async function play(step: Step, response: ServerResponse): Promise<void> {
  await step.until;
  if (step.hang) return;
  if (step.reset) {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(step.body ?? '');
  const ofUnknownLength = step.dripEveryMs !== undefined || step.endless === true;
  response.writeHead(step.status ?? 200, {
    ...(!ofUnknownLength && { 'content-length': body.length }),
    ...(step.headers as Record<string, string | string[]> | undefined),
  });
  response.flushHeaders();
  await step.bodyUntil;
  if (step.cutAfter !== undefined) response.write(body.subarray(0, step.cutAfter), () => response.socket?.destroy());
  else if (step.dripEveryMs !== undefined) drip(body, step.dripEveryMs, response);
  else if (step.endless) pour(body, response);
  else response.end(body);
}

function drip(body: Buffer, everyMs: number, response: ServerResponse): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at === body.length) response.end();
    else response.write(body.subarray(at, (at += 1)));
  }, everyMs);
  response.on('close', () => {
    clearInterval(timer);
  });
}

function pour(body: Buffer, response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(body));
  };
  response.on('drain', more);
  more();
}

/** An answer of JSON. */
export function json(value: unknown, status = 200): Step {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

export function redirectTo(url: URL | string, status = 302): Step {
  return { status, headers: { location: String(url) } };
}

export function gzipped(text: string | Buffer): Step {
  return { headers: { 'content-encoding': 'gzip' }, body: gzipSync(text) };
}

export function brotlied(text: string): Step {
  return { headers: { 'content-encoding': 'br' }, body: brotliCompressSync(text) };
}

/** The gzip form of a text without its last bytes, whole as far as HTTP is concerned. */
export function truncatedGzip(text: string, missing: number): Step {
  const whole = gzipSync(text);
  return { headers: { 'content-encoding': 'gzip' }, body: whole.subarray(0, whole.length - missing) };
}

/** Few bytes that become many. */
export function gzipBomb(bytes: number): Step {
  return gzipped(Buffer.alloc(bytes, ' '));
}
