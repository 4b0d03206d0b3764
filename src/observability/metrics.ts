import prometheus from 'prom-client';
import type { Instant } from '../domain/clock.ts';
import {
  type AuthFailureReason,
  type CacheErrorReason,
  type CacheOperation,
  type CacheResult,
  type CircuitState,
  toCodeLabel,
  type HttpPath,
  type LimitName,
  toMethodLabel,
  type RetryDenial,
  type RetryReason,
  type ShedReason,
} from './labels.ts';

/** What is counted of calls to vendors. */
export interface VendorHttpMetrics {
  /** A call to a vendor ended, be it the first attempt or a later one; `outcome` is `OK` or a vendor error's code. */
  readonly vendorCall: (call: VendorCall) => void;
  /** A call is attempted once more. */
  readonly vendorRetry: (account: string, reason: RetryReason) => void;
  /** A call might have succeeded in another attempt, but is not attempted. */
  readonly vendorRetryDenied: (account: string, reason: RetryDenial) => void;
  readonly circuitState: (account: string, endpoint: string, state: CircuitState) => void;
  /** A call was refused because the circuit is open. */
  readonly circuitRejection: (account: string, endpoint: string) => void;
  /** Until then the account is not called, because the vendor said so. */
  readonly retryAfterGate: (account: string, until: Instant) => void;
}

/** Everything that is counted, in plain functions; durations are milliseconds here and seconds in the exposition. */
export interface Metrics extends VendorHttpMetrics {
  /** A request begins; call the result when it is answered (or its client has gone). */
  readonly requestStarted: () => (end: HttpRequestEnd) => void;
  /** What came was no request that could be begun, and was answered with that status. */
  readonly clientError: (status: number) => void;
  readonly graphqlError: (code: unknown) => void;
  readonly limitRejection: (limit: LimitName) => void;
  /** A request was refused because the process has too much to do. */
  readonly requestShed: (reason: ShedReason) => void;
  readonly authFailure: (reason: AuthFailureReason) => void;
  readonly cacheRead: (account: string, endpoint: string, result: CacheResult) => void;
  /** Something asked of the shared cache came to nothing. */
  readonly cacheError: (operation: CacheOperation, reason: CacheErrorReason) => void;
  /** The Prometheus text exposition, of media type `contentType`, without what is counted of accounts that `shows` denies. */
  readonly text: (isVisible?: (account: string) => boolean) => Promise<string>;
  readonly contentType: string;
}

export interface HttpRequestEnd {
  readonly method: string | undefined;
  readonly path: HttpPath;
  readonly status: number;
  readonly ms: number;
}

export interface VendorCall {
  readonly account: string;
  readonly endpoint: string;
  readonly outcome: string;
  readonly ms: number;
}

const CIRCUIT_STATE_VALUES: Readonly<Record<CircuitState, number>> = { closed: 0, half_open: 1, open: 2 };

const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface MetricsOptions {
  /** Also the runtime's own: memory, event loop lag, garbage collection. They outlive the app, hence not in tests. */
  readonly collectProcessMetrics?: boolean;
}

/** Each app counts for itself, so that two in one process (as in tests) do not meet. */
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

  const httpRequests = counter('http_requests_total', 'HTTP requests answered.', ['method', 'path', 'status']);
  const httpDurations = histogram('http_request_seconds', 'Time from request to answer.', ['path']);
  const httpInFlight = gauge('http_requests_in_flight', 'HTTP requests being answered.', []);
  const graphqlErrors = counter('graphql_errors_total', 'Errors in GraphQL answers.', ['code']);
  const limitRejections = counter('limit_rejections_total', 'Requests refused because of a limit.', ['limit']);
  const requestsShed = counter('shed_total', 'Requests refused because the process has too much to do.', ['reason']);
  const authFailures = counter('auth_failures_total', 'Requests whose caller could not be told.', ['reason']);
  const vendorRequests = counter('vendor_requests_total', 'Calls to vendors.', ['account', 'endpoint', 'outcome']);
  const vendorDurations = histogram('vendor_request_seconds', 'Time that calls to vendors took.', [
    'account',
    'endpoint',
  ]);
  const retries = counter('vendor_retries_total', 'Calls to vendors attempted again.', ['account', 'reason']);
  const retriesDenied = counter('vendor_retry_denied_total', 'Calls to vendors not attempted again.', [
    'account',
    'why',
  ]);
  const circuits = gauge('circuit_state', 'Circuit breakers: 0 closed, 1 half open, 2 open.', ['account', 'endpoint']);
  const circuitRejections = counter('circuit_short_circuits_total', 'Calls not made because a circuit is open.', [
    'account',
    'endpoint',
  ]);
  const retryAfterGates = gauge('rate_gate_until_seconds', 'Unix time until which a vendor wants no calls.', [
    'account',
  ]);
  const cacheErrors = counter('cache_errors_total', 'Failures of the shared cache.', ['op', 'reason']);
  const cacheReads = counter('cache_reads_total', 'Reads from the cache.', ['account', 'endpoint', 'result']);

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
      retriesDenied.inc({ account, why: reason });
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
      cacheErrors.inc({ op: operation, reason });
    },
    text: async (isVisible = () => true) => {
      const metrics = await registry.getMetricsAsJSON();
      const shown = metrics.map((metric) => ({
        ...metric,
        // Which of several processes' values to take, when there is but one.
        aggregator: 'first',
        values: metric.values.filter(({ labels: { account } }) => account === undefined || isVisible(String(account))),
      }));
      return prometheus.AggregatorRegistry.aggregate([shown]).metrics();
    },
    contentType: registry.contentType,
  };
}
