import { ttlSchema } from '../../../src/config/cache.ts';
import type { CallContext, VendorHttp, VendorRequest } from '../../../src/http/types.ts';
import { createTokenProvider } from '../../../src/vendors/vonage/auth.ts';
import { config } from '../../../src/vendors/vonage/config.ts';
import { vonage } from '../../../src/vendors/vonage/index.ts';
import { type ManualClock, manualClock } from '../clock.ts';
import {
  connectVendor,
  passthroughCache,
  type RequestHandler,
  stubHttp,
  type VendorHarness,
} from '../vendor-harness.ts';
import { VONAGE_ENTRY } from './account.ts';

/** Helpers for tests of the account's tokens. */

export const MINUTE = 60_000;
export const account = { name: VONAGE_ENTRY.name, vendor: vonage.name };

export function connectVonage(answer: RequestHandler, extra: object = {}) {
  return connectVendor(vonage, { ...VONAGE_ENTRY, ...extra }, answer);
}

export function queryInteractions(
  harness: VendorHarness,
  ref = '01',
  scope: Parameters<VendorHarness['createDataSource']>[0] = {},
) {
  const sources = harness.createDataSource(scope);
  if (!sources.latestInteractions) throw new Error('latestInteractions is missing');
  return sources.latestInteractions(ref, { size: 1, type: null, activeLiveFirst: null });
}

export function refs(count: number) {
  return Array.from({ length: count }, (_, index) => `${index}`);
}
export function tokenCalls({ sent }: VendorHarness) {
  return sent.filter(({ endpoint }) => endpoint === 'connect/token');
}
export function authorizationHeaders({ sent }: VendorHarness) {
  return sent.filter(({ endpoint }) => endpoint !== 'connect/token').map(({ headers }) => headers.Authorization);
}

/** The context of a query whose call records are discarded. */
export function createContext({ signal } = new AbortController()): CallContext {
  return { signal, record: () => undefined, restrictCache: () => undefined };
}

/** The token provider of an account without the rest of its client. */
export function createTokenProviderWith(http: VendorHttp, clock: ManualClock) {
  return createTokenProvider(config.parse(VONAGE_ENTRY), {
    account,
    clock,
    cache: passthroughCache(clock),
    ttl: ttlSchema.parse({}),
    onDropped: () => undefined,
    http,
  });
}

/** The same over a function that replaces the vendor, with the requests that it received. */
export function createStandaloneTokenProvider(answer: RequestHandler) {
  const clock = manualClock();
  const http = stubHttp(account, clock, answer);
  const requests: VendorRequest[] = [];
  const read: VendorHttp['read'] = (request, context, parse) => {
    requests.push(request);
    return http.read(request, context, parse);
  };
  return { tokens: createTokenProviderWith({ ...http, read }, clock), requests, scope: createContext(), clock };
}

/** A response that the test resolves, and a promise that a request waits for it. */
export function deferredResponse() {
  const requested = Promise.withResolvers<undefined>();
  const reply = Promise.withResolvers<Awaited<ReturnType<RequestHandler>>>();
  const answer = () => {
    requested.resolve(undefined);
    return reply.promise;
  };
  return { answer, requested: requested.promise, resolve: reply.resolve };
}
