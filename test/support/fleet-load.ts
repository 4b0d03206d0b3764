import { Agent, type IncomingMessage, request as createRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openEventStream } from './event-stream.ts';

/** What a load has seen until now. */
export interface FleetLoadReport {
  /** The answered queries. */
  readonly post: number;
  readonly get: number;
  readonly webSocket: number;
  /** Streams that have begun; all but those that are open have ended as they should. */
  readonly eventStreams: number;
  readonly subscriptions: number;
  /** The codes with which WebSockets were closed, each once. */
  readonly closeCodes: readonly number[];
  /** Requests without an answer, wrong answers, and streams that broke off. */
  readonly failures: readonly string[];
}

export interface FleetLoad {
  readonly report: () => FleetLoadReport;
  /** Resolves once all requests are answered and all streams closed. */
  readonly stop: () => Promise<void>;
}

const OPERATION =
  'Statuses($first: Int!) { agents(first: $first) { totalCount nodes { name currentStatus { status } } } }';
const QUERY = `query ${OPERATION}`;
const SUBSCRIPTION = `subscription ${OPERATION}`;

/** Clients that send queries without a pause over kept connections, and others that watch. None of them repeats an HTTP request. */
export function startFleetLoad(url: string, expectedAgents: number): FleetLoad {
  const counts = { post: 0, get: 0, webSocket: 0, eventStreams: 0, subscriptions: 0 };
  const failures: string[] = [];
  const closeCodes = new Set<number>();
  const closers = new Set<() => void>();
  const agent = new Agent({ keepAlive: true });
  let isStopping = false;

  function check(kind: string, status: number, body: unknown): boolean {
    const { data, errors } = body as { data?: { agents?: { totalCount: number } }; errors?: unknown };
    if (status === 200 && errors === undefined && data?.agents?.totalCount === expectedAgents) return true;
    failures.push(`${kind}: ${status} ${JSON.stringify(errors ?? body).slice(0, 300)}`);
    return false;
  }

  async function sendHttp(method: 'GET' | 'POST', first: number): Promise<void> {
    const variables = { first };
    const search = new URLSearchParams({ query: QUERY, variables: JSON.stringify(variables) });
    const target = method === 'GET' ? `${url}/graphql?${search.toString()}` : `${url}/graphql`;
    const headers = { 'content-type': 'application/json', 'apollo-require-preflight': '1' };
    const request = createRequest(target, { method, agent, headers });
    request.end(method === 'POST' ? JSON.stringify({ query: QUERY, variables }) : undefined);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', reject);
    });
    const body = await text(response);
    if (check(method, response.statusCode ?? 0, parseOr(body))) counts[method === 'GET' ? 'get' : 'post'] += 1;
  }

  async function watchEventStream(first: number): Promise<void> {
    const stream = await openEventStream(url, { query: SUBSCRIPTION, variables: { first } });
    closers.add(stream.close);
    counts.eventStreams += 1;
    let last = '';
    for (let event = await stream.next(); event; event = await stream.next()) {
      last = event.event;
      if (last === 'next') check('event', stream.response.statusCode ?? 0, parseOr(event.data));
    }
    closers.delete(stream.close);
    if (last !== 'complete' && !isStopping) failures.push(`an event stream broke off after "${last}"`);
  }

  /** One client for queries and a subscription; it connects again, and sends again what was not answered. */
  function openWebSocket() {
    return createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 10,
      retryWait: () => Promise.resolve(),
      on: { closed: (event) => closeCodes.add((event as { code: number }).code) },
    });
  }
  const client = openWebSocket();
  const subscriber = openWebSocket();
  subscriber.on('connected', () => {
    counts.subscriptions += 1;
  });

  async function queryOverWebSocket(first: number): Promise<void> {
    let results = 0;
    for await (const result of client.iterate({ query: QUERY, variables: { first } })) {
      results += 1;
      if (check('WebSocket', 200, result)) counts.webSocket += 1;
    }
    if (results !== 1) failures.push(`a WebSocket query had ${results} results`);
  }

  async function watchWebSocket(): Promise<void> {
    const events = subscriber.iterate({ query: SUBSCRIPTION, variables: { first: 7 } });
    const close = () => void events.return?.();
    closers.add(close);
    for await (const event of events) check('WebSocket event', 200, event);
    closers.delete(close);
    if (!isStopping) failures.push('a WebSocket subscription ended');
  }

  async function repeat(work: (first: number) => Promise<void>, offset: number): Promise<void> {
    for (let first = offset; !isStopping; first = (first % 50) + 1) {
      await work(first).catch((error: unknown) => failures.push(String(error)));
    }
  }

  const workers = [
    ...[1, 21].map((offset) => repeat((first) => sendHttp('POST', first), offset)),
    repeat((first) => sendHttp('GET', first), 41),
    repeat(queryOverWebSocket, 5),
    ...[2, 12].map((offset) => repeat(watchEventStream, offset)),
    repeat(watchWebSocket, 1),
  ];
  return {
    report: () => ({ ...counts, closeCodes: [...closeCodes], failures }),
    async stop() {
      isStopping = true;
      for (const close of closers) close();
      await Promise.all(workers);
      await Promise.all([client.dispose(), subscriber.dispose()]);
      agent.destroy();
    },
  };
}

function parseOr(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
