import prometheus from 'prom-client';
import type { CacheMetrics } from '../cache/ports.ts';
import type { DocumentLimit } from '../graphql/limits/limit-names.ts';
import type { GraphqlMetrics } from '../graphql/ports.ts';
import type { CircuitState, VendorHttpMetrics } from '../http/ports.ts';
import type { MetricsExporter, RequestLimit, ServerMetrics } from '../server/ports.ts';
import { toCodeLabel, toMethodLabel } from './labels.ts';

/** The metrics of all components. Durations are milliseconds here and seconds in the exposition. */
export interface Metrics extends VendorHttpMetrics, CacheMetrics, ServerMetrics, GraphqlMetrics, MetricsExporter {
  readonly limitRejection: (limit: DocumentLimit | RequestLimit) => void;
}

const CIRCUIT_STATE_VALUES: Readonly<Record<CircuitState, number>> = { closed: 0, half_open: 1, open: 2 };

const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface MetricsOptions {
  /** Also collects memory, event loop lag and garbage collection of the process. They outlive the app, hence not in tests. */
  readonly collectProcessMetrics?: boolean;
}

/** Creates the metrics of one app. Each app has its own registry, so that two in one process (as in tests) stay separate. */
export function createMetrics({ collectProcessMetrics = false }: MetricsOptions = {}): Metrics {
  const registry = new prometheus.Registry();
  const registers = [registry];
  if (collectProcessMetrics) prometheus.collectDefaultMetrics({ register: registry });

  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new prometheus.Counter({ name: `switchboard_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new prometheus.Histogram({
      name: `switchboard_${name}`,
      help,
      labelNames,
      buckets: DURATION_BUCKETS_SECONDS,
      registers,
    });

  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new prometheus.Gauge({ name: `switchboard_${name}`, help, labelNames, registers });

  const httpRequests = counter('http_requests_total', 'HTTP requests by method, path and status.', [
    'method',
    'path',
    'status',
  ]);
  const httpDurations = histogram('http_request_duration_seconds', 'Duration of HTTP requests in seconds.', ['path']);
  const httpInFlight = gauge('http_requests_in_flight', 'HTTP requests in flight.', []);
  const graphqlErrors = counter('graphql_errors_total', 'Errors in GraphQL responses by code.', ['code']);
  const limitRejections = counter('limit_rejections_total', 'Requests rejected by a limit.', ['limit']);
  const requestsShed = counter('http_requests_shed_total', 'Requests shed because the process is overloaded.', [
    'reason',
  ]);
  const authFailures = counter('auth_failures_total', 'Failed authentications by reason.', ['reason']);
  const vendorRequests = counter('vendor_requests_total', 'Attempts at vendor calls by outcome.', [
    'account',
    'endpoint',
    'outcome',
  ]);
  const vendorDurations = histogram('vendor_request_duration_seconds', 'Duration of vendor calls in seconds.', [
    'account',
    'endpoint',
  ]);
  const retries = counter('vendor_retries_total', 'Retried vendor calls by reason.', ['account', 'reason']);
  const retriesDenied = counter(
    'vendor_retries_denied_total',
    'Vendor calls that could have been retried but were not, by reason.',
    ['account', 'reason'],
  );
  const circuits = gauge('circuit_state', 'State of the circuit breaker: 0 closed, 1 half open, 2 open.', [
    'account',
    'endpoint',
  ]);
  const circuitRejections = counter('circuit_rejections_total', 'Vendor calls rejected because the circuit is open.', [
    'account',
    'endpoint',
  ]);
  const retryAfterGates = gauge(
    'retry_after_gate_until_seconds',
    'Unix time before which a vendor asked not to be called (Retry-After).',
    ['account'],
  );
  const cacheErrors = counter('cache_errors_total', 'Failed operations on the shared cache.', ['operation', 'reason']);
  const cacheReads = counter('cache_reads_total', 'Cache reads by result.', ['account', 'endpoint', 'result']);

  return {
    requestStarted: () => {
      httpInFlight.inc();
      return ({ method, path, status, ms }) => {
        httpInFlight.dec();
        httpRequests.inc({ method: toMethodLabel(method), path, status });
        httpDurations.observe({ path }, ms / 1000);
      };
    },
    clientError: (status) => {
      httpRequests.inc({ method: toMethodLabel(undefined), path: 'other', status });
    },
    graphqlError: (code) => {
      graphqlErrors.inc({ code: toCodeLabel(code) });
    },
    limitRejection: (limit) => {
      limitRejections.inc({ limit });
    },
    requestShed: (reason) => {
      requestsShed.inc({ reason });
    },
    authFailure: (reason) => {
      authFailures.inc({ reason });
    },
    vendorCall: ({ account, endpoint, outcome, ms }) => {
      vendorRequests.inc({ account, endpoint, outcome: outcome === 'OK' ? outcome : toCodeLabel(outcome) });
      vendorDurations.observe({ account, endpoint }, ms / 1000);
    },
    vendorRetry: (account, reason) => {
      retries.inc({ account, reason });
    },
    vendorRetryDenied: (account, reason) => {
      retriesDenied.inc({ account, reason });
    },
    circuitState: (account, endpoint, state) => {
      circuits.set({ account, endpoint }, CIRCUIT_STATE_VALUES[state]);
    },
    circuitRejection: (account, endpoint) => {
      circuitRejections.inc({ account, endpoint });
    },
    retryAfterGate: (account, until) => {
      retryAfterGates.set({ account }, until / 1000);
    },
    cacheRead: (account, endpoint, result) => {
      cacheReads.inc({ account, endpoint, result });
    },
    cacheError: (operation, reason) => {
      cacheErrors.inc({ operation, reason });
    },
    text: async (isVisible = () => true) => {
      const metrics = await registry.getMetricsAsJSON();
      const shown = metrics.map((metric) => ({
        ...metric,
        // There is one process only, so its value is the one to take.
        aggregator: 'first',
        values: metric.values.filter(({ labels: { account } }) => account === undefined || isVisible(String(account))),
      }));
      return prometheus.AggregatorRegistry.aggregate([shown]).metrics();
    },
    contentType: registry.contentType,
  };
}
