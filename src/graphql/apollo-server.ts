import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { PerformanceSettings } from '../config/settings.ts';
import { type EventLoopYielder, runShort } from '../domain/event-loop-yielder.ts';
import type { QueryContext } from '../gather/query-context.ts';
import { createErrorFormatter } from './errors.ts';
import { createApolloExecutor } from './execution/apollo-executor.ts';
import { ObjectTexts } from './execution/object-texts.ts';
import type { PrepareRequest } from './prepare-request.ts';
import { writeResult } from './write-result.ts';

export interface ApolloOptions {
  /** With instrumented resolvers: `instrumentResponseObjects`. */
  readonly schema: GraphQLSchema;
  readonly maxTokens: number;
  readonly performance: PerformanceSettings;
  readonly prepare: PrepareRequest;
  readonly plugins: readonly ApolloServerPlugin<QueryContext>[];
  /** A response of very many objects is written in slices of the event loop. */
  readonly yielder: EventLoopYielder;
  /** Receives every error that is not meant for callers, such as a bug in a resolver. */
  readonly onUnexpectedError: (error: unknown) => void;
}

/** Creates the GraphQL executor. Every built-in plugin that Apollo Server would add by itself is disabled explicitly. */
export function createApolloServer(options: ApolloOptions): ApolloServer<QueryContext> {
  const { schema, performance, prepare } = options;
  const executor =
    performance.executor === 'standard'
      ? null
      : createApolloExecutor(schema, prepare, new ObjectTexts(performance.objectTextBytes));
  return new ApolloServer<QueryContext>({
    ...(executor ? { gateway: executor.gateway } : { schema }),
    // The document-limits plugin keeps documents: Apollo Server's store measures each by its JSON, which takes as long as parsing it.
    documentStore: null,
    plugins: [
      ...options.plugins,
      ...(executor ? [executor.plugin] : []),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      // It doubles the time of a large response, and has no access to our TTLs.
      ApolloServerPluginCacheControlDisabled(),
    ],
    parseOptions: { maxLexicalTokens: options.maxTokens },
    // Report a few validation errors, not all.
    validationOptions: { maxErrors: 5 },
    formatError: createErrorFormatter(options.onUnexpectedError),
    stringifyResult: (result) => runShort(writeResult(result), options.yielder),
    // The authorization plugin decides for each caller; this setting would decide for all.
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    // A store that callers fill would have to be bounded and protected; typed clients send their documents in full.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
}
