import { createConnection } from 'node:net';
import { ApolloServer } from '@apollo/server';
import type { CorsConfig } from '../../src/config/cors.ts';
import { settingsShape } from '../../src/config/settings.ts';
import type { TrustProxy } from '../../src/config/trust-proxy.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { authorizationPlugin } from '../../src/graphql/plugins/authorization.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { anonymousCaller } from '../../src/request/caller.ts';
import type { RequestContext } from '../../src/request/request-context.ts';
import type { Authenticator } from '../../src/server/auth.ts';
import { createCors } from '../../src/server/cors.ts';
import type { HostCheck } from '../../src/server/host-check.ts';
import { idleGauges, type ProcessGauges } from '../../src/server/ports.ts';
import type { ConfiguredServing } from '../../src/server/request-handler.ts';
import { createServer, type ServerOptions, type ServerTimeouts } from '../../src/server/server.ts';

export const SDL = 'type Query { hello(name: String): String wait: String fail: String }\n';

/** A query against `SDL`. */
export const HELLO_QUERY = {
  query: 'query Greet($name: String) { hello(name: $name) }',
  variables: { name: 'Jane' },
  operationName: 'Greet',
};

interface TestServerOptions {
  readonly limits?: Record<string, number>;
  readonly authenticate?: Authenticator;
  readonly standingOf?: ConfiguredServing['standingOf'];
  readonly checkHost?: HostCheck;
  readonly cors?: CorsConfig;
  readonly trustProxy?: TrustProxy;
  /** The text of /schema.graphql; defaults to `SDL`. */
  readonly sdl?: string;
  readonly clock?: Clock;
  readonly host?: string;
  readonly gauges?: ProcessGauges;
  readonly timeouts?: ServerTimeouts;
  /** What the field `wait` does. */
  readonly wait?: (request: RequestContext) => Promise<string>;
  readonly graphql?: ServerOptions['graphql'];
  readonly responses?: ServerOptions['responses'];
  readonly purger?: ServerOptions['purger'];
  readonly live?: Readonly<Record<string, number>>;
  readonly readStatuses?: ServerOptions['readStatuses'];
  readonly tracer?: ServerOptions['tracer'];
}

/** Starts the server with a small schema on a free port. */
export async function startTestServer({
  limits = {},
  authenticate,
  clock = systemClock,
  host = '127.0.0.1',
  gauges = idleGauges,
  ...options
}: TestServerOptions = {}) {
  const apollo = new ApolloServer<RequestContext>({
    typeDefs: SDL,
    resolvers: {
      Query: {
        hello: (_: unknown, { name }: { name?: string }) => `hello ${name ?? 'you'}`,
        wait: (_: unknown, _args: unknown, context: RequestContext) => options.wait?.(context),
        fail: () => {
          throw new Error('CANARY');
        },
      },
    },
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [authorizationPlugin],
  });
  await apollo.start();
  const lines: string[] = [];
  const metrics = createMetrics();
  const serving: ConfiguredServing = {
    settings: { trustProxy: options.trustProxy ?? false },
    limits: settingsShape.limits.parse(limits),
    graphql:
      options.graphql ??
      ((httpGraphQLRequest, request) =>
        apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: () => Promise.resolve(request) })),
    readStatuses: options.readStatuses ?? (() => Promise.resolve([])),
    liveSettings: settingsShape.live.parse(options.live ?? {}),
    responses: options.responses,
    tracer: options.tracer,
    checkHost: options.checkHost,
    cors: createCors(options.cors),
    authenticate: authenticate ?? (() => Promise.resolve(anonymousCaller)),
    standingOf: options.standingOf,
  };
  const server = createServer({
    purger: options.purger ?? { accountNamesFor: () => [], purge: () => Promise.reject(new Error('not expected')) },
    ...serving,
    settings: { host, port: 0, trustProxy: options.trustProxy ?? false },
    printSdl: () => options.sdl ?? SDL,
    graphiql: (_, response) => {
      response.end('graphiql');
      return true;
    },
    wallboard: (_, response) => {
      response.end('wallboard');
      return true;
    },
    metrics,
    gauges,
    logger: createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } }),
    clock,
    ...(options.timeouts && { timeouts: options.timeouts }),
  });
  const url = await server.listen();
  return {
    server,
    url,
    /** Changes a part of the configuration. */
    reconfigure: (change: Partial<ConfiguredServing>) => server.reconfigure({ ...serving, ...change }),
    metrics,
    lines,
    /** Resolves to the access log once it has `count` entries; an entry is written just after its response has been sent. */
    accessLog: async (count: number) => {
      const entries = () =>
        lines
          .map((line) => JSON.parse(line) as Record<string, unknown>)
          .filter((entry) => entry.message === 'request completed');
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
    /** Sends raw bytes; resolves to everything received until the connection closes, or until it contains a text. */
    sendRaw: (bytes: string, { dripEveryMs, until }: { readonly dripEveryMs?: number; readonly until?: string } = {}) =>
      new Promise<string>((resolve, reject) => {
        const chunks: Buffer[] = [];
        let drip: NodeJS.Timeout | undefined;
        const socket = createConnection(Number(new URL(url).port), '127.0.0.1', () => {
          socket.write(bytes);
          // Not before: on a busy machine, the first drop would come before the beginning.
          if (dripEveryMs !== undefined) drip = setInterval(() => socket.write('x'), dripEveryMs);
        });
        socket.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          if (until !== undefined && Buffer.concat(chunks).includes(until)) socket.destroy();
        });
        // An error after the first response bytes only means that the server closed while this side still sent.
        socket.on('error', (error) => {
          if (chunks.length === 0) reject(error);
        });
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

export type TestServer = Awaited<ReturnType<typeof startTestServer>>;

/** Returns the status and the code of an error response, which must have exactly one error in the common format. */
export async function readError(response: Response): Promise<{ status: number; code: unknown }> {
  const body = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
  const [error, ...rest] = body.errors;
  if (!error || rest.length > 0 || !error.message)
    throw new Error(`expected exactly one error: ${JSON.stringify(body)}`);
  return { status: response.status, code: error.extensions.code };
}

/** Returns the series of the HTTP request counter. */
export async function requestCounts({ metrics }: TestServer): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith('switchboard_http_requests_total{'));
}
