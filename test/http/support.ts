import { Agent } from 'undici';
import type { Account } from '../../src/domain/account.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { CallRecord, CallScope, VendorHttp, VendorRequest } from '../../src/http/call.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { type VendorHttpOptions, createVendorHttp } from '../../src/http/vendor-http.ts';

export const ACCOUNT: Account = { name: 'kore-main', vendor: 'KORE' };

export interface Gateway {
  readonly http: VendorHttp;
  /** What the caller's scope was told of calls. */
  readonly records: readonly CallRecord[];
  /** What the metrics were told of calls. */
  readonly counted: readonly CallRecord[];
  readonly scope: (signal?: AbortSignal) => CallScope;
  readonly close: () => Promise<void>;
}

/** An account's HTTP as the gateway sets it up, over real sockets; one attempt a call unless the options say otherwise. */
export function gateway(options: Partial<VendorHttpOptions> = {}): Gateway {
  const records: CallRecord[] = [];
  const counted: CallRecord[] = [];
  const dispatcher = options.dispatcher ?? new Agent();
  const http = createVendorHttp({
    account: ACCOUNT,
    timeoutMs: 5000,
    concurrency: 8,
    queue: 100,
    requestsPerMinute: undefined,
    retries: 0,
    breaker: false,
    rateGate: false,
    clock: systemClock,
    random: () => 0.5,
    metrics: { ...createMetrics(), vendorCall: (call) => counted.push(call as CallRecord) },
    ...options,
    dispatcher,
  });
  return {
    http,
    records,
    counted,
    scope: (signal = new AbortController().signal) => ({
      signal,
      record: (call) => records.push(call),
      expires: () => undefined,
    }),
    close: () => dispatcher.destroy(),
  };
}

export function get(url: URL | string, more: Partial<VendorRequest> = {}): VendorRequest {
  return { endpoint: 'agentstatusdetails', method: 'GET', url: new URL(url), ...more };
}
