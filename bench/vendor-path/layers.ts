import { HeaderMap } from '@apollo/server';
import { Pool } from 'undici';
import { createAccountCache } from '../../src/cache/account-cache.ts';
import { createMemoryStore } from '../../src/cache/memory-store.ts';
import { createGraphql } from '../../src/composition/graphql.ts';
import { createLimitedLogs } from '../../src/composition/limited-logs.ts';
import { createCacheReadObserver, createSourceObserver } from '../../src/composition/observers.ts';
import { settingsShape } from '../../src/config/settings.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import { createAgentDiscovery } from '../../src/directory/discovery.ts';
import type { Agent } from '../../src/domain/agent.ts';
import { systemClock as clock } from '../../src/domain/clock.ts';
import { createEventLoopYielder } from '../../src/domain/event-loop-yielder.ts';
import { createAccountHealthTracker } from '../../src/gather/account-health.ts';
import { latestInteractions } from '../../src/gather/interactions.ts';
import { createQueryContext, type Services } from '../../src/gather/query-context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { anonymousCaller } from '../../src/request/caller.ts';
import { createRequestContext, type RequestContext } from '../../src/request/request-context.ts';
import { createClient } from '../../src/vendors/vonage/client.ts';
import { config as vonageConfig } from '../../src/vendors/vonage/config.ts';
import { vonage } from '../../src/vendors/vonage/index.ts';
import { createGatewayHttp } from '../vendor-call/candidates.ts';

/** The calls of one query, one for each agent. */
export const CALLS = 50;
const NAME = 'bench';
const QUERY = `query ($team: String!) {
  agents(first: ${CALLS}, filter: { nameContains: $team }) { nodes { id name latestInteractions { nodes { guid start } } } }
}`;
const SLOTS = 1000;

/** More than queries at a time, so that they are about different agents. */
const TEAMS = Array.from({ length: 20 }, (_team, team) => ({
  name: `t${team}-`,
  refs: Array.from({ length: CALLS }, (_ref, index) => `t${team}-${index}`),
}));

const limits = settingsShape.limits.parse({});

/** Asks the vendor for the interactions of every agent, by the layers from the socket up to one. */
export type Layer = () => Promise<unknown>;

type Team = (typeof TEAMS)[number];

/** What a query costs with more and more of the layers between a socket and the text of its answer. */
export async function createLayers(vendorUrl: string): Promise<Readonly<Record<string, Layer>>> {
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const metrics = createMetrics();
  const logs = createLimitedLogs(clock, logger);
  const account = { name: NAME, vendor: 'VONAGE' } as const;
  const http = createGatewayHttp(vendorUrl, SLOTS, metrics);
  const cache = createAccountCache({
    account,
    store: createMemoryStore(1e8),
    clock,
    staleIfErrorSeconds: 300,
    onRead: createCacheReadObserver(NAME, metrics, undefined),
  });
  const config = vonageConfig.parse({
    name: NAME,
    vendor: 'vonage',
    baseUrl: vendorUrl,
    accountKey: 'small',
    clientId: 'id',
    clientSecret: 'bench-secret',
  });
  const ttl = { ...settingsShape.cache.parse({}).ttl, interactions: 0 };
  const dependencies = { account, clock, http, cache, ttl, onDropped: () => undefined };
  const client = createClient(config, dependencies);
  const adapter = vonage.connect(config, dependencies);
  const services: Services = {
    adapters: [adapter],
    directory: createBenchDirectory(adapter),
    health: createAccountHealthTracker({ clock }),
    sourceObserver: createSourceObserver(metrics, logs),
    yielder: createEventLoopYielder(clock),
  };
  const namespace = {
    endpoint: 'latestInteractions',
    version: 1,
    keyParts: (ref: string) => [ref],
    isValid: (value: unknown): value is unknown => value !== undefined,
  };
  const graphql = await createGraphql({
    config: { limits, performance: settingsShape.performance.parse({}) },
    schema: createSchema(),
    services,
    clock,
    metrics,
    onUnexpectedError: (error) => {
      throw error;
    },
  });
  const agents = await agentsByTeam(services);
  return {
    'undici Pool.dispatch': createDispatch(vendorUrl),
    client: inRequests((context, { refs }) =>
      Promise.all(refs.map((ref) => client.latestInteractions(ref, {}, context))),
    ),
    cache: inRequests((context, { refs }) =>
      cache.readEach(namespace, refs, context, async (ref, fetchContext) => ({
        value: await client.latestInteractions(ref, {}, fetchContext),
        ttlSeconds: 0,
      })),
    ),
    'data source': inRequests((context, { refs }) => {
      const dataSource = adapter.createDataSource(context);
      const query = { size: 1, type: null, activeLiveFirst: null };
      return Promise.all(refs.map(async (ref) => dataSource.latestInteractions?.(ref, query)));
    }),
    gather: inRequests((context, team) => {
      const queryContext = createQueryContext(services, context);
      return Promise.all(
        (agents.get(team) ?? []).map(async (agent) => latestInteractions(queryContext, agent, { size: 1 })),
      );
    }),
    graphql: inRequests(async (context, { name }) => {
      const headers = new HeaderMap([['content-type', 'application/json']]);
      const request = { method: 'POST', headers, search: '', body: { query: QUERY, variables: { team: name } } };
      const { body } = await graphql.execute(request, context);
      if (body.kind !== 'complete' || body.string.includes('"errors"')) throw new Error(JSON.stringify(body));
    }),
  };
}

function createContext(): RequestContext {
  return createRequestContext({
    caller: anonymousCaller,
    requestId: NAME,
    explain: null,
    disconnectSignal: new AbortController().signal,
    clock,
    limits,
  });
}

function inRequests(run: (context: RequestContext, team: Team) => Promise<unknown>): Layer {
  const nextTeam = inTurns();
  return async () => {
    const context = createContext();
    await run(context, nextTeam());
    context.close();
  };
}

function inTurns(): () => Team {
  let left: readonly Team[] = [];
  return () => {
    const [team, ...others] = left.length === 0 ? TEAMS : left;
    if (!team) throw new Error('there are no teams');
    left = others;
    return team;
  };
}

async function agentsByTeam({ directory }: Services): Promise<ReadonlyMap<Team, readonly Agent[]>> {
  const { view } = await directory.merged(createContext());
  return new Map(TEAMS.map((team) => [team, view.agents.filter(({ name }) => name?.startsWith(team.name))]));
}

function createDispatch(vendorUrl: string): Layer {
  const pool = new Pool(vendorUrl, { keepAliveTimeout: 600_000 });
  const call = (ref: string) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const path = `/v0/small/agents/${ref}/latestInteractions`;
      const headers = { accept: 'application/json;version=1', authorization: 'Bearer token' };
      pool.dispatch(
        { path, method: 'GET', headers, headersTimeout: 0, bodyTimeout: 0 },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_controller, chunk) => {
            chunks.push(chunk);
          },
          onResponseEnd: () => {
            resolve(JSON.parse((chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString() ?? ''));
          },
          onResponseError: (_controller, error) => {
            reject(error);
          },
        },
      );
    });
  const nextTeam = inTurns();
  return () => Promise.all(nextTeam().refs.map(call));
}

function createBenchDirectory(adapter: ReturnType<typeof vonage.connect>): Services['directory'] {
  const discovery = createAgentDiscovery({
    clock,
    maxRequestWaitMs: () => 1000,
    maxFiles: () => 1,
    shutdownSignal: new AbortController().signal,
    metrics: { discoveryEnded: () => undefined },
    onReport: () => undefined,
    onUnexpectedError: (error) => {
      throw error;
    },
  });
  const { references } = vonage;
  return createDirectory({
    entries: TEAMS.flatMap(({ refs }) => refs).map((ref) => ({
      id: ref,
      kind: 'human',
      name: ref,
      accounts: { [NAME]: ref },
    })),
    teams: [],
    accounts: [{ ...adapter.account, references, adapter, discover: false, discoverTimeoutMs: 1000, discovery }],
    clock,
  });
}
