import { Agent } from 'undici';
import type { Account } from '../../src/domain/account.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { VendorError } from '../../src/domain/vendor-error.ts';
import { assertOk } from '../../src/http/response.ts';
import type { CallContext, CallRecord, VendorHttp, VendorRequest, VendorResponse } from '../../src/http/types.ts';
import { createVendorHttp, type VendorHttpOptions } from '../../src/http/vendor-http.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { steppedClock } from './clock.ts';

export const ACCOUNT: Account = { name: 'kore-main', vendor: 'KORE' };

export interface TestHttp extends VendorHttp {
  /** Makes a call by `read`, and returns the last response whatever its status; rejects where the last attempt has none. */
  readonly send: (request: VendorRequest, context: CallContext) => Promise<VendorResponse>;
}

export interface HttpHarness {
  readonly http: TestHttp;
  /** The calls recorded on the caller's context. */
  readonly records: readonly CallRecord[];
  /** The calls recorded in the metrics. */
  readonly metricRecords: readonly CallRecord[];
  readonly context: (signal?: AbortSignal) => CallContext;
  readonly close: () => Promise<void>;
}

/**
 * The HTTP client of an account as the gateway creates it, over real sockets; without retries unless the options set them. The default
 * clock stands still, and no attempt times out by it.
 */
export function createHttpHarness(options: Partial<VendorHttpOptions> = {}): HttpHarness {
  const clock = options.clock ?? steppedClock(Date.parse('2026-11-20T09:30:00Z'));
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
    random: () => 0.5,
    metrics: { ...createMetrics(), vendorCall: (call) => metricRecords.push(call as CallRecord) },
    ...options,
    clock,
    dispatcher,
  });
  return {
    http: { ...http, send: createSend(http, clock) },
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

function createSend(http: VendorHttp, clock: Clock): TestHttp['send'] {
  return async (request, context) => {
    const last: { response?: VendorResponse } = {};
    const target = { vendor: ACCOUNT.vendor, account: ACCOUNT.name, endpoint: request.endpoint };
    try {
      const onSent = () => {
        delete last.response;
        context.onSent?.();
      };
      return await http.read(request, { ...context, onSent }, (response) => {
        last.response = response;
        const detected = request.classifyResponse?.(response);
        if (detected) throw detected;
        if (detected === null) return response;
        return assertOk(response, target, clock.now());
      });
    } catch (error) {
      const { response } = last;
      if (!response || !(error instanceof VendorError) || context.signal.aborted) throw error;
      const retryAfter = error.code === 'VENDOR_RATE_LIMITED' ? error.retryAfterSeconds : null;
      return retryAfter === null
        ? response
        : { ...response, headers: { ...response.headers, 'retry-after': String(retryAfter) } };
    }
  };
}

export function createRequest(url: URL | string, overrides: Partial<VendorRequest> = {}): VendorRequest {
  return { endpoint: 'agentstatusdetails', method: 'GET', url: new URL(url), ...overrides };
}
