import { once } from 'node:events';
import { type IncomingMessage, request as createRequest } from 'node:http';

/** An event of a GraphQL stream. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

export interface EventStreamClient {
  readonly response: IncomingMessage;
  /** Resolves to the next event; null where the stream has ended. Heartbeats are counted, not returned. */
  readonly next: () => Promise<StreamEvent | null>;
  /** Resolves to the result of the next event, which must be `next`. */
  readonly nextResult: () => Promise<Record<string, unknown>>;
  /** The events that have arrived and were not asked for yet. */
  readonly waiting: () => number;
  readonly heartbeats: () => number;
  readonly close: () => void;
  /** Stops and resumes reading. */
  readonly pause: () => void;
  readonly resume: () => void;
}

export interface StreamRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** Subscribes over server-sent events, with a parser that only knows the fields that the protocol uses. */
export async function openEventStream(
  url: string,
  body: StreamRequest,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStreamClient> {
  const request = createRequest(`${url}/graphql`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
  });
  request.on('error', () => undefined);
  request.end(JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return readEvents(response, () => {
    request.destroy();
  });
}

function readEvents(response: IncomingMessage, close: () => void): EventStreamClient {
  const events: StreamEvent[] = [];
  const waiters: ((event: StreamEvent | null) => void)[] = [];
  let text = '';
  let heartbeats = 0;
  let hasEnded = false;

  function add(block: string): void {
    if (block.startsWith(':')) {
      heartbeats += 1;
      return;
    }
    const [, event = '', data = ''] = /^event: (\w+)\ndata: ?(.*)$/.exec(block) ?? [];
    if (event === '') throw new Error(`not an event: ${block}`);
    const waiter = waiters.shift();
    if (waiter) waiter({ event, data });
    else events.push({ event, data });
  }

  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    blocks.forEach(add);
  });
  response.on('error', () => undefined);
  response.on('close', () => {
    hasEnded = true;
    for (const waiter of waiters.splice(0)) waiter(null);
  });

  const next = (): Promise<StreamEvent | null> => {
    const event = events.shift();
    if (event || hasEnded) return Promise.resolve(event ?? null);
    return new Promise((resolve) => waiters.push(resolve));
  };
  return {
    response,
    next,
    nextResult: async () => {
      const event = await next();
      if (event?.event !== 'next') throw new Error(`expected a result: ${JSON.stringify(event)}`);
      return JSON.parse(event.data) as Record<string, unknown>;
    },
    waiting: () => events.length,
    heartbeats: () => heartbeats,
    close,
    pause: () => response.pause(),
    resume: () => response.resume(),
  };
}
