import { ttl } from '../../config/cache.ts';
import type { CallScope, VendorHttp, VendorRequest } from '../../http/call.ts';
import { type ManualClock, manualClock } from '../../../test/support/clock.ts';
import {
  type Answerer,
  type Harness,
  answeringHttp,
  connectTo,
  passingCache,
} from '../../../test/support/vendor-harness.ts';
import { entry } from './account.fixture.ts';
import { openTokens } from './auth.ts';
import { config } from './config.ts';
import { vonage } from './index.ts';

/** What the tests of the account's tokens have in common. */

export const MINUTE = 60_000;
export const account = { name: entry.name, vendor: vonage.name };

export const connect = (answer: Answerer, extra: object = {}) => connectTo(vonage, { ...entry, ...extra }, answer);

export function ask(harness: Harness, ref = '01', scope: Parameters<Harness['open']>[0] = {}) {
  const sources = harness.open(scope);
  if (!sources.latestInteractions) throw new Error('latestInteractions is missing');
  return sources.latestInteractions(ref, { size: 1, type: null, activeLiveFirst: null });
}

export const refs = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
export const tokenCalls = ({ sent }: Harness) => sent.filter(({ endpoint }) => endpoint === 'connect/token');
export const bearers = ({ sent }: Harness) =>
  sent.filter(({ endpoint }) => endpoint !== 'connect/token').map(({ headers }) => headers.Authorization);

/** A query's scope that nobody listens to. */
export function scopeOf({ signal } = new AbortController()): CallScope {
  return { signal, record: () => undefined, expires: () => undefined };
}

/** The tokens of an account without the rest of its client. */
export function tokensOver(http: VendorHttp, clock: ManualClock) {
  return openTokens(config.parse(entry), { account, clock, cache: passingCache(clock), ttl: ttl.parse({}), http });
}

/** The same over a function that plays the vendor, and the requests that they make. */
export function openAlone(answer: Answerer) {
  const clock = manualClock();
  const http = answeringHttp(account, clock, answer);
  const requests: VendorRequest[] = [];
  const send: VendorHttp['send'] = (request, scope) => {
    requests.push(request);
    return http.send(request, scope);
  };
  return { tokens: tokensOver({ ...http, send }, clock), requests, scope: scopeOf(), clock };
}

/** A reply that is given when the test says so, and a promise that it is waited for. */
export function held() {
  const asked = Promise.withResolvers<undefined>();
  const reply = Promise.withResolvers<Awaited<ReturnType<Answerer>>>();
  const answer = () => {
    asked.resolve(undefined);
    return reply.promise;
  };
  return { answer, asked: asked.promise, give: reply.resolve };
}
