import type { ApolloServerPlugin } from '@apollo/server';
import type { Limits } from '../../config/settings.ts';
import type { Clock } from '../../domain/clock.ts';
import type { QueryContext } from '../../gather/query-context.ts';
import type { ReadDocument } from '../document-reader.ts';
import type { GraphqlMetrics } from '../ports.ts';
import type { PrepareRequest } from '../prepare-request.ts';
import { argumentPathPlugin } from './argument-path.ts';
import { authorizationPlugin } from './authorization.ts';
import { cacheControlPlugin } from './cache-control.ts';
import { disableSuggestionsPlugin } from './disable-suggestions.ts';
import { documentLimitsPlugin } from './document-limits.ts';
import { errorMetricsPlugin } from './error-metrics.ts';
import { explainPlugin } from './explain.ts';
import { maxErrorsPlugin } from './max-errors.ts';
import { operationTypePlugin } from './operation-type.ts';
import { responseSizePlugin } from './response-size.ts';
import { spanPlugin } from './span.ts';
import { subscriptionPlugin } from './subscription.ts';
import { tokenLimitCodePlugin } from './token-limit-code.ts';
import { tracePlugin } from './trace.ts';

export interface PluginDependencies {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly metrics: GraphqlMetrics;
  readonly prepare: PrepareRequest;
  /** Null: Apollo Server parses and validates every document. */
  readonly readDocument: ReadDocument | null;
  /** Whether requests may have spans; absent: they have none. */
  readonly isTraced?: boolean | undefined;
}

/**
 * The plugins in order. At each stage Apollo calls them in this order: of several rejections of one operation the caller sees
 * the first, and what one writes into a response, the later ones read.
 */
export function createPlugins({
  limits,
  clock,
  metrics,
  prepare,
  readDocument,
  isTraced = false,
}: PluginDependencies): readonly ApolloServerPlugin<QueryContext>[] {
  return [
    // First, so that the span of a rejected operation has its name; absent, since a plugin costs every request.
    ...(isTraced ? [spanPlugin] : []),
    // Before authorization: that the schema has no mutations does not depend on the caller's scopes.
    operationTypePlugin,
    // Before every limit: a caller without the scope must not learn how large a query or its plan would be.
    authorizationPlugin,
    // At the parsing stage, before all other limits; only here because the limits stand together.
    tokenLimitCodePlugin(limits),
    // Before everything that walks the document (validation, estimates, plan): the document is then of bounded size.
    documentLimitsPlugin(limits, readDocument),
    // Before the plan: the estimate of list items needs the document alone, so the cheaper limit rejects first.
    responseSizePlugin(limits, prepare),
    // After the limits, and before the plan: a subscription that is rejected is not subscribed to.
    subscriptionPlugin(prepare),
    // Last of the rejections: planning is the most expensive check.
    explainPlugin(limits, prepare),
    // After response-size, which replaces the response of a query that exceeded its limit: its calls are reported all the same.
    tracePlugin,
    // After response-size: a response that became an error must not be cacheable.
    cacheControlPlugin(clock),
    // After response-size, to count its rejection; before max-errors, to count every error.
    errorMetricsPlugin(metrics),
    // After trace, whose `extensions.switchboard` it extends.
    maxErrorsPlugin,
    // After max-errors: only the errors that are sent need to be rewritten.
    disableSuggestionsPlugin,
    // After document-limits, which replaces the document that is validated.
    argumentPathPlugin,
  ];
}
