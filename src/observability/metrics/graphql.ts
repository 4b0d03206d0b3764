import type { DocumentLimit } from '../../graphql/limits/limit-names.ts';
import type { GraphqlMetrics } from '../../graphql/ports.ts';
import type { RequestLimit } from '../../server/ports.ts';
import { toCodeLabel } from '../labels.ts';
import type { MetricFactory } from './registry.ts';

/** The metrics of the GraphQL layer, and the rejections by a limit of either this layer or the HTTP server. */
export interface GraphqlLayerMetrics extends GraphqlMetrics {
  readonly limitRejection: (limit: DocumentLimit | RequestLimit) => void;
}

export function createGraphqlMetrics({ counter }: MetricFactory): GraphqlLayerMetrics {
  const errors = counter('graphql_errors_total', 'Errors in GraphQL responses by code.', ['code']);
  // Prometheus does not count the event that starts a series, and each of these is worth an alert.
  errors.inc({ code: 'INTERNAL_SERVER_ERROR' }, 0);
  const limitRejections = counter('limit_rejections_total', 'Requests rejected by a limit.', ['limit']);
  return {
    graphqlError: (code) => {
      errors.inc({ code: toCodeLabel(code) });
    },
    limitRejection: (limit) => {
      limitRejections.inc({ limit });
    },
  };
}
