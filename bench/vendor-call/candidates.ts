import { Pool } from 'undici';
import { z } from 'zod';
import { createLimitedLogs } from '../../src/composition/limited-logs.ts';
import { createVendorHttpObserver } from '../../src/composition/observers.ts';
import { noEnvironmentProxy } from '../../src/config/proxy.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { createAccountHeaders, USER_AGENT } from '../../src/http/account-headers.ts';
import { assertOk, parseJson } from '../../src/http/response.ts';
import { createTransport } from '../../src/http/transport.ts';
import type { CallContext, VendorHttp, VendorRequest } from '../../src/http/types.ts';
import { createVendorHttp } from '../../src/http/vendor-http.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createClient } from '../../src/vendors/kore/client.ts';
import { config as koreConfigSchema } from '../../src/vendors/kore/config.ts';
import { DAY, emails, type WorkloadName } from './answers.ts';

export const CONCURRENCY = 50;
/** The default of an account: calls beyond it wait. */
const DEFAULT_SLOTS = 8;

/** One call to the vendor, from the request to the parsed answer. */
export type Call = () => Promise<unknown>;
export type Candidate = (vendorUrl: string, workload: WorkloadName) => Call;

interface PlainRequest {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Only the call is measured, not the validation of what it returns. */
const anySchema = z.unknown();
const TARGET = { vendor: 'KORE', account: 'bench', endpoint: 'agentstatusdetails' } as const;
const body = JSON.stringify({ filter: { agents: emails, dateFilter: { date: DAY, timeZoneOffSet: 0 } } });

const requests: Readonly<Record<WorkloadName, PlainRequest>> = {
  small: {
    path: '/v0/small',
    method: 'GET',
    headers: { accept: 'application/json;version=1' },
  },
  page: {
    path: '/v0/page?limit=50&offset=0',
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', iId: 'st-1' },
    body,
  },
};

const credentials: Readonly<Record<WorkloadName, Readonly<Record<string, string>>>> = {
  small: { authorization: 'Bearer token' },
  page: { auth: 'token' },
};

function toOptions(workload: WorkloadName): PlainRequest {
  const request = requests[workload];
  return { ...request, headers: { ...request.headers, ...credentials[workload] } };
}

function createPool(url: string): Pool {
  return new Pool(url, { connections: CONCURRENCY, keepAliveTimeout: 600_000 });
}

function createDispatchCandidate(vendorUrl: string, workload: WorkloadName): Call {
  const pool = createPool(vendorUrl);
  const options = toOptions(workload);
  return () =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      pool.dispatch(options, {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => {
          resolve(JSON.parse((chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString() ?? ''));
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      });
    });
}

function createRequestCandidate(vendorUrl: string, workload: WorkloadName): Call {
  const pool = createPool(vendorUrl);
  const options = toOptions(workload);
  return async () => {
    const response = await pool.request(options);
    return response.body.json();
  };
}

function createFetchCandidate(vendorUrl: string, workload: WorkloadName): Call {
  const { path, ...options } = toOptions(workload);
  return async () => {
    const response = await globalThis.fetch(vendorUrl + path, options);
    return response.json();
  };
}

/** The gateway's client of an account as the gateway creates it, with all policies of the default configuration. */
export function createGatewayHttp(vendorUrl: string, concurrency: number, metrics = createMetrics()): VendorHttp {
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const transport = createTransport(noEnvironmentProxy);
  return createVendorHttp({
    account: { name: 'bench', vendor: 'KORE' },
    timeoutMs: 8000,
    concurrency,
    maxQueued: 2500,
    requestsPerMinute: undefined,
    maxRetries: 2,
    circuitBreaker: true,
    honorRetryAfter: true,
    clock: systemClock,
    random: Math.random,
    dispatcher: transport.dispatcherFor({ connectTimeoutMs: 2000 }),
    isStaleConnection: transport.isStaleConnection,
    accountHeaders: createAccountHeaders({ baseUrl: new URL(vendorUrl), headers: {}, userAgent: USER_AGENT }),
    metrics: createVendorHttpObserver(metrics, logger, createLimitedLogs(systemClock, logger)),
  });
}

/** As the cache creates it for each fetch. */
function createContext(): CallContext {
  return {
    fairnessKey: ['bench', 'query'],
    priority: 'live',
    signal: new AbortController().signal,
    record: () => undefined,
    onSent: () => undefined,
    restrictCache: () => undefined,
  };
}

function createVendorHttpCandidate(slots: number): Candidate {
  return (vendorUrl, workload) => {
    const http = createGatewayHttp(vendorUrl, slots);
    const { path, method, headers, ...rest } = requests[workload];
    const request: VendorRequest = {
      endpoint: TARGET.endpoint,
      method,
      url: new URL(vendorUrl + path),
      headers,
      ...rest,
      authorize: () => credentials[workload],
      idempotent: true,
    };
    return () =>
      http.read(request, createContext(), (response) =>
        parseJson(assertOk(response, TARGET, systemClock.now()), anySchema, TARGET),
      );
  };
}

/** Kore's client: a signed token, a URL and a body for each call, and every record of the page validated. */
const koreClient: Candidate = (vendorUrl) => {
  const config = koreConfigSchema.parse({
    name: 'bench',
    vendor: 'kore',
    baseUrl: vendorUrl,
    accountId: 'account',
    streamId: 'st-1',
    clientId: 'cs-1',
    clientSecret: 'bench-secret',
  });
  const account = { name: 'bench', vendor: 'KORE' } as const;
  const http = createGatewayHttp(vendorUrl, CONCURRENCY);
  const client = createClient(config, { account, http, clock: systemClock, onDropped: () => undefined });
  return () => client.statusDetails({ agents: emails, firstDay: DAY, lastDay: DAY }, createContext());
};

const COMMON: Readonly<Record<string, Candidate>> = {
  'undici Pool.dispatch': createDispatchCandidate,
  'undici Pool.request': createRequestCandidate,
  fetch: createFetchCandidate,
  'gateway, a free slot': createVendorHttpCandidate(CONCURRENCY),
  'gateway, 8 slots': createVendorHttpCandidate(DEFAULT_SLOTS),
};

export const BASELINE = 'undici Pool.request';

export const candidates: Readonly<Record<WorkloadName, Readonly<Record<string, Candidate>>>> = {
  small: COMMON,
  page: { ...COMMON, 'gateway, Kore’s client': koreClient },
};
