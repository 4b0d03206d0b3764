import { ApolloServer } from '@apollo/server';
import { createConnection } from 'node:net';
import { settings } from '../../src/config/settings.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { accessPlugin } from '../../src/graphql/limits/access.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { calm, type Gauges } from '../../src/observability/process-gauges.ts';
import type { RequestContext } from '../../src/request/context.ts';
import type { RequestScope } from '../../src/request/request.ts';
import type { Authenticate } from '../../src/server/auth.ts';
import { createServer, type Patience, type ServerParts } from '../../src/server/server.ts';
import { anybody } from '../../src/request/caller.ts';

export const SDL = 'type Query { hello(name: String): String wait: String fail: String }\n';

/** A query of it. */
export const QUERY = {
  query: 'query Greet($name: String) { hello(name: $name) }',
  variables: { name: 'Jane' },
  operationName: 'Greet',
};

interface ToyOptions {
  readonly limits?: Record<string, number>;
  readonly authenticate?: Authenticate;
  readonly clock?: Clock;
  readonly host?: string;
  readonly gauges?: Gauges;
  readonly patience?: Patience;
  /** What the field `wait` does. */
  readonly wait?: (request: RequestScope) => Promise<string>;
  readonly graphql?: ServerParts['graphql'];
}

/** The server around a toy schema, listening on a port of its own. */
export async function startToy({
  limits = {},
  authenticate,
  clock = systemClock,
  host = '127.0.0.1',
  gauges = calm,
  ...options
}: ToyOptions = {}) {
  const apollo = new ApolloServer<RequestContext>({
    typeDefs: SDL,
    resolvers: {
      Query: {
        hello: (_: unknown, { name }: { name?: string }) => `hello ${name ?? 'you'}`,
        wait: (_: unknown, _args: unknown, { request }: RequestContext) => options.wait?.(request),
        fail: () => {
          throw new Error('CANARY');
        },
      },
    },
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [accessPlugin],
  });
  await apollo.start();
  const lines: string[] = [];
  const metrics = createMetrics();
  const server = createServer({
    settings: { host, port: 0 },
    limits: settings.limits.parse(limits),
    graphql:
      options.graphql ??
      ((httpGraphQLRequest, request) =>
        apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: () => Promise.resolve({ request }) })),
    sdl: SDL,
    authenticate: authenticate ?? (() => Promise.resolve(anybody)),
    graphiql: (_, response) => {
      response.end('graphiql');
      return true;
    },
    metrics,
    gauges,
    logger: createLogger({ destination: { write: (line) => lines.push(line) } }),
    clock,
    ...(options.patience && { patience: options.patience }),
  });
  const url = await server.listen();
  return {
    server,
    url,
    metrics,
    lines,
    /** The access log, once it has as many entries; an entry is written just after its answer has gone out. */
    logged: async (count: number) => {
      const entries = () =>
        lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((entry) => entry.message === 'request');
      while (entries().length < count) await new Promise(setImmediate);
      return entries();
    },
    get: (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      fetch(url + path, { method, headers, redirect: 'manual' }),
    post: (body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
    /** Sends bytes as they are; resolves to all that comes back until the connection ends. */
    raw: (bytes: string, { dripEveryMs }: { readonly dripEveryMs?: number } = {}) =>
      new Promise<string>((resolve, reject) => {
        const chunks: Buffer[] = [];
        const socket = createConnection(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
        socket.on('data', (chunk: Buffer) => chunks.push(chunk));
        // Bytes that are still sent when the server has closed are no failure of what it said before.
        socket.on('error', (error) => {
          if (chunks.length === 0) reject(error);
        });
        const drip = dripEveryMs && setInterval(() => socket.write('x'), dripEveryMs);
        socket.on('close', () => {
          clearInterval(drip);
          resolve(Buffer.concat(chunks).toString());
        });
      }),
    stop: async () => {
      await server.drain(1000);
      await apollo.stop();
    },
  };
}

export type Toy = Awaited<ReturnType<typeof startToy>>;

/** The status, and the code of the only error of an answer in the form that all errors have. */
export async function refusalOf(response: Response): Promise<{ status: number; code: unknown }> {
  const body = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
  const [error, ...rest] = body.errors;
  if (!error || rest.length > 0 || !error.message) throw new Error(`not one error: ${JSON.stringify(body)}`);
  return { status: response.status, code: error.extensions.code };
}

/** What has been counted of requests. */
export async function counted({ metrics }: Toy): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith('switchboard_http_requests_total{'));
}
