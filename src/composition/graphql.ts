import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../domain/clock.ts';
import { createEventLoopYielder } from '../domain/event-loop-yielder.ts';
import { createQueryContext, type Services } from '../gather/query-context.ts';
import { recentStatuses } from '../gather/recent-statuses.ts';
import { createApolloServer } from '../graphql/apollo-server.ts';
import { createDocumentReader } from '../graphql/document-reader.ts';
import { createPlugins } from '../graphql/plugins/index.ts';
import type { GraphqlMetrics } from '../graphql/ports.ts';
import { createRequestPreparer } from '../graphql/prepare-request.ts';
import { oldGenerationLimit } from '../observability/heap-limit.ts';
import type { ServerOptions } from '../server/server.ts';
import { maxObjectTextBytes } from './heap-shares.ts';

export interface GraphqlDependencies {
  readonly config: Pick<Config, 'limits' | 'performance'>;
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly clock: Clock;
  readonly metrics: GraphqlMetrics;
  /** Whether requests may have spans; absent: they have none. */
  readonly isTraced?: boolean;
  readonly onUnexpectedError: (error: unknown) => void;
}

/** GraphQL execution over the services, started. */
export interface Graphql {
  readonly execute: ServerOptions['graphql'];
  readonly readStatuses: ServerOptions['readStatuses'];
  readonly stop: () => Promise<void>;
}

export async function createGraphql(dependencies: GraphqlDependencies): Promise<Graphql> {
  const { config, schema, services, clock, metrics, isTraced, onUnexpectedError } = dependencies;
  const objectTextBytes = maxObjectTextBytes(config.performance.objectTextBytes, oldGenerationLimit());
  const prepare = createRequestPreparer();
  const readDocument = createDocumentReader(config.limits, config.performance.documentCacheBytes);
  const apollo = createApolloServer({
    schema,
    maxTokens: config.limits.maxTokens,
    performance: { ...config.performance, objectTextBytes },
    prepare,
    plugins: createPlugins({ limits: config.limits, clock, metrics, prepare, readDocument, isTraced }),
    yielder: createEventLoopYielder(clock),
    onUnexpectedError,
  });
  await apollo.start();
  return {
    execute: (httpGraphQLRequest, request) =>
      apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: () => Promise.resolve(createQueryContext(services, request)),
      }),
    readStatuses: (request, { filter, since }) => recentStatuses(createQueryContext(services, request), filter, since),
    stop: () => apollo.stop(),
  };
}
