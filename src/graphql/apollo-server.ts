import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { QueryContext } from '../gather/query-context.ts';
import { createErrorFormatter } from './errors.ts';
import { instrumentResponseObjects } from './limits/response-objects.ts';
import { argumentPathPlugin } from './plugins/argument-path.ts';
import { createSchema } from './schema.ts';

export interface ApolloOptions {
  readonly maxTokens: number;
  readonly plugins: readonly ApolloServerPlugin<QueryContext>[];
  /** Told of what a resolver threw without meaning to. */
  readonly onUnexpectedError: (error: unknown) => void;
}

/** GraphQL execution. What Apollo Server would do by itself beyond that is switched off by name. */
export function createApolloServer(options: ApolloOptions): ApolloServer<QueryContext> {
  return new ApolloServer<QueryContext>({
    schema: instrumentResponseObjects(createSchema()),
    plugins: [
      ...options.plugins,
      argumentPathPlugin,
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      // It doubles the time that a large answer takes, and knows nothing of our times to live.
      ApolloServerPluginCacheControlDisabled(),
    ],
    parseOptions: { maxLexicalTokens: options.maxTokens },
    // An invalid document is told so; not in how many ways.
    validationOptions: { maxErrors: 5 },
    formatError: createErrorFormatter(options.onUnexpectedError),
    // Who may introspect is decided for each caller, not for the server.
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    // A store for documents that callers fill would have to be bounded and guarded; typed clients send theirs in full.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
}
