import { Agent } from 'undici';
import type { Account } from '../../src/domain/account.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { CallContext, CallRecord, VendorHttp, VendorRequest } from '../../src/http/types.ts';
import { createVendorHttp, type VendorHttpOptions } from '../../src/http/vendor-http.ts';
import { createMetrics } from '../../src/observability/metrics.ts';

export const ACCOUNT: Account = { name: 'kore-main', vendor: 'KORE' };

export interface HttpHarness {
  readonly http: VendorHttp;
  /** The calls recorded on the caller's context. */
  readonly records: readonly CallRecord[];
  /** The calls recorded in the metrics. */
  readonly metricRecords: readonly CallRecord[];
  readonly context: (signal?: AbortSignal) => CallContext;
  readonly close: () => Promise<void>;
}

/** The HTTP client of an account as the gateway creates it, over real sockets; without retries unless the options set them. */
export function createHttpHarness(options: Partial<VendorHttpOptions> = {}): HttpHarness {
  const records: CallRecord[] = [];
  const metricRecords: CallRecord[] = [];
  const dispatcher = options.dispatcher ?? new Agent();
  const http = createVendorHttp({
    account: ACCOUNT,
    timeoutMs: 5000,
    concurrency: 8,
    maxQueued: 100,
    requestsPerMinute: undefined,
    maxRetries: 0,
    circuitBreaker: false,
    honorRetryAfter: false,
    clock: systemClock,
    random: () => 0.5,
    metrics: { ...createMetrics(), vendorCall: (call) => metricRecords.push(call as CallRecord) },
    ...options,
    dispatcher,
  });
  return {
    http,
    records,
    metricRecords,
    context: (signal = new AbortController().signal) => ({
      signal,
      record: (call) => records.push(call),
      restrictCache: () => undefined,
    }),
    close: () => dispatcher.destroy(),
  };
}

export function createRequest(url: URL | string, overrides: Partial<VendorRequest> = {}): VendorRequest {
  return { endpoint: 'agentstatusdetails', method: 'GET', url: new URL(url), ...overrides };
}
