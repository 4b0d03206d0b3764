import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request; the test answers it step by step. */
export interface StreamRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly query: string; readonly variables?: unknown };
  /** Answers at once and whole. */
  readonly answer: (status: number, body: unknown, headers?: Readonly<Record<string, string>>) => void;
  /** Starts an event stream. */
  readonly open: () => void;
  readonly write: (text: string | Uint8Array) => void;
  /** Writes an event with an execution result. */
  readonly next: (result: object) => void;
  /** Ends the stream in order. */
  readonly complete: () => void;
  /** Cuts the connection. */
  readonly cut: () => void;
  /** Resolves when the answer is over or the client has disconnected. */
  readonly closed: Promise<unknown>;
}

export interface EventStreamServer {
  readonly url: string;
  readonly requests: readonly StreamRequest[];
  /** Resolves to the n-th request (from 1). */
  readonly nthRequest: (n: number) => Promise<StreamRequest>;
  readonly close: () => Promise<void>;
}

/** Starts a server of GraphQL over SSE whose every word the test writes. */
export async function startEventStreamServer(): Promise<EventStreamServer> {
  const requests: StreamRequest[] = [];
  const waiters = new Map<number, (request: StreamRequest) => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as StreamRequest['body'];
      const received = toStreamRequest(request.headers, body, response);
      requests.push(received);
      waiters.get(requests.length)?.(received);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    requests,
    nthRequest(n) {
      const request = requests[n - 1];
      return request ? Promise.resolve(request) : new Promise((resolve) => waiters.set(n, resolve));
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function toStreamRequest(
  headers: IncomingHttpHeaders,
  body: StreamRequest['body'],
  response: ServerResponse,
): StreamRequest {
  const write = (text: string | Uint8Array): void => {
    response.write(text);
  };
  return {
    headers,
    body,
    closed: once(response, 'close'),
    answer(status, value, answerHeaders = {}) {
      response.writeHead(status, { 'content-type': 'application/json', ...answerHeaders }).end(JSON.stringify(value));
    },
    open() {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).flushHeaders();
    },
    write,
    next(result) {
      write(`event: next\ndata: ${JSON.stringify(result)}\n\n`);
    },
    complete() {
      response.end('event: complete\ndata:\n\n');
    },
    cut() {
      response.socket?.destroy();
    },
  };
}
