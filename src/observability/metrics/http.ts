import type { CallQueueMetrics, CircuitState, VendorHttpMetrics } from '../../http/ports.ts';
import { toCodeLabel, toReasonLabel } from '../labels.ts';
import type { AccountStateMetrics } from './accounts.ts';
import type { MetricFactory } from './registry.ts';
import { createTally } from './tally.ts';

const CIRCUIT_STATE_VALUES: Readonly<Record<CircuitState, number>> = { closed: 0, half_open: 1, open: 2 };

/** The metrics of calls to vendors. */
export function createVendorHttpMetrics({
  counter,
  gauge,
  histogram,
}: MetricFactory): Omit<VendorHttpMetrics, keyof CallQueueMetrics> & AccountStateMetrics {
  const requestLabels = ['account', 'endpoint', 'outcome', 'reason'] as const;
  const requests = createTally(requestLabels);
  counter('vendor_requests_total', 'Attempts at vendor calls by outcome and reason.', requestLabels, requests.report);
  const durations = histogram('vendor_request_duration_seconds', 'Duration of vendor calls in seconds.', [
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
    'retry_after_gate_timestamp_seconds',
    'Unix time before which a vendor asked not to be called (Retry-After).',
    ['account'],
  );
  const circuitsByAccount = new Map<string, Set<string>>();
  return {
    vendorCall: ({ account, endpoint, outcome, reason, ms }) => {
      requests.add([account, endpoint, outcome === 'OK' ? outcome : toCodeLabel(outcome), toReasonLabel(reason)]);
      durations.observe(ms / 1000, account, endpoint);
    },
    vendorRetry: (account, reason) => {
      retries.inc({ account, reason });
    },
    vendorRetryDenied: (account, reason) => {
      retriesDenied.inc({ account, reason });
    },
    circuitState: (account, endpoint, state) => {
      circuits.set({ account, endpoint }, CIRCUIT_STATE_VALUES[state]);
      circuitsByAccount.set(account, (circuitsByAccount.get(account) ?? new Set()).add(endpoint));
    },
    circuitRejection: (account, endpoint) => {
      circuitRejections.inc({ account, endpoint });
    },
    retryAfterGate: (account, until) => {
      retryAfterGates.set({ account }, until / 1000);
    },
    forgetAccount: (account) => {
      retryAfterGates.remove({ account });
      for (const endpoint of circuitsByAccount.get(account) ?? []) circuits.remove({ account, endpoint });
      circuitsByAccount.delete(account);
    },
  };
}
