import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Context } from '../gather/context.ts';
import type { RequestContext } from '../request/context.ts';
import { createErrorFormatter } from './errors.ts';
import { countObjects } from './limits/counted-objects.ts';
import { literalsPlugin } from './literals.ts';
import { createSchema } from './schema.ts';

export interface ApolloOptions<Given extends Context & RequestContext> {
  readonly maxTokens: number;
  readonly plugins: readonly ApolloServerPlugin<Given>[];
  /** Told of what a resolver threw without meaning to. */
  readonly onUnexpected: (error: unknown) => void;
}

/** GraphQL execution. What Apollo Server would do by itself beyond that is switched off by name. */
export function createApollo<Given extends Context & RequestContext>(
  options: ApolloOptions<Given>,
): ApolloServer<Given> {
  return new ApolloServer<Given>({
    schema: countObjects(createSchema()),
    plugins: [
      ...options.plugins,
      literalsPlugin,
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
    formatError: createErrorFormatter(options.onUnexpected),
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
