import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../../test/support/capture-error.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { createFakeDispatcher } from '../../../test/support/fake-dispatcher.ts';
import { createHttpHarness } from '../../../test/support/http-harness.ts';
import { jsonReply } from '../../../test/support/vendor-harness.ts';
import { createFakeVonage } from '../../../test/support/vonage/account.ts';
import {
  account,
  authorizationHeaders,
  connectVonage,
  createContext,
  createStandaloneTokenProvider,
  createTokenProviderWith,
  deferredResponse,
  MINUTE,
  queryInteractions,
  refs,
  tokenCalls,
} from '../../../test/support/vonage/tokens.ts';
import { allValues } from '../../domain/maybe-promise.ts';
import { createMetrics } from '../../observability/metrics.ts';
import type { PlannedRead } from '../call-estimate.ts';

function repeated<T>(count: number, value: T) {
  return Array.from({ length: count }, () => value);
}

describe('a token due for renewal', () => {
  /** The first token lives for 100 s; `later` returns the others. */
  const shortLived = (
    later: (issued: number) => ReturnType<typeof jsonReply> | Promise<ReturnType<typeof jsonReply>>,
  ) =>
    createFakeVonage((issued) =>
      issued === 1 ? jsonReply({ access_token: 'token-1', expires_in: 100 }) : later(issued),
    );

  test('serves all requests immediately during one background renewal, then the new token does', async () => {
    const renewal = deferredResponse();
    const harness = connectVonage(shortLived(renewal.answer).respond);
    await queryInteractions(harness);
    harness.clock.advance(90_000);
    await allValues(refs(50).map((ref) => queryInteractions(harness, ref)));
    await queryInteractions(harness);
    expect(tokenCalls(harness)).toHaveLength(2);
    expect(authorizationHeaders(harness)).toEqual(repeated(52, 'Bearer token-1'));

    renewal.resolve(jsonReply({ access_token: 'token-2', expires_in: 7200 }));
    await new Promise((resolve) => setImmediate(resolve));
    await queryInteractions(harness);
    expect(authorizationHeaders(harness).at(-1)).toBe('Bearer token-2');
    expect(tokenCalls(harness)).toHaveLength(2);
  });

  test('makes requests wait for the running renewal once the token has expired', async () => {
    const renewal = deferredResponse();
    const harness = connectVonage(shortLived(renewal.answer).respond);
    await queryInteractions(harness);
    harness.clock.advance(90_000);
    await queryInteractions(harness);
    harness.clock.advance(9_999);
    await queryInteractions(harness);
    expect(authorizationHeaders(harness)).toEqual(repeated(3, 'Bearer token-1'));
    harness.clock.advance(1);
    const waiting = refs(5).map((ref) => queryInteractions(harness, ref));
    await new Promise((resolve) => setImmediate(resolve));
    expect(authorizationHeaders(harness)).toHaveLength(3);
    renewal.resolve(jsonReply({ access_token: 'token-2', expires_in: 7200 }));
    await allValues(waiting);
    expect(authorizationHeaders(harness).slice(3)).toEqual(repeated(5, 'Bearer token-2'));
    expect(tokenCalls(harness)).toHaveLength(2);
  });

  test('serves the token until it expires if renewal fails, with a retry every ten seconds', async () => {
    const vendor = createFakeVonage((issued) =>
      issued === 1 ? jsonReply({ access_token: 'token-1', expires_in: 120 }) : jsonReply({}, 503),
    );
    const harness = connectVonage(vendor.respond);
    const failed = { code: 'VENDOR_UNAVAILABLE', endpoint: 'connect/token' };
    await queryInteractions(harness);
    const triedAfter = async (ms: number) => {
      harness.clock.advance(ms);
      await queryInteractions(harness);
      await queryInteractions(harness);
      return tokenCalls(harness).length - 1;
    };
    // Nine tenths of its lifetime are 108 s.
    expect(await triedAfter(107_999)).toBe(0);
    expect(await triedAfter(1)).toBe(1);
    expect(await triedAfter(9_999)).toBe(1);
    expect(await triedAfter(1)).toBe(2);
    expect(await triedAfter(1_999)).toBe(2);
    expect(authorizationHeaders(harness)).toEqual(repeated(11, 'Bearer token-1'));

    harness.clock.advance(1);
    await expect(queryInteractions(harness)).rejects.toMatchObject(failed);
    await expect(queryInteractions(harness)).rejects.toMatchObject(failed);
    expect(tokenCalls(harness)).toHaveLength(5);
  });

  test('reports a failed renewal once, however many requests wait for the token', async () => {
    const harness = connectVonage(shortLived(() => jsonReply({}, 503)).respond);
    await queryInteractions(harness);
    expect(harness.renewalErrors).toEqual([]);
    harness.clock.advance(90_000);
    await allValues(refs(5).map((ref) => queryInteractions(harness, ref)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(harness.renewalErrors).toMatchObject([{ endpoint: 'connect/token', reason: 'status_503' }]);
    harness.clock.advance(20_000);
    await Promise.allSettled(refs(5).map((ref) => Promise.resolve(queryInteractions(harness, ref))));
    expect(harness.renewalErrors).toHaveLength(2);
  });

  test('renews a token without a call record on any query', async () => {
    const harness = connectVonage(createFakeVonage().respond);
    await queryInteractions(harness);
    harness.clock.advance(110 * MINUTE);
    await queryInteractions(harness);
    expect(tokenCalls(harness)).toHaveLength(2);
    expect(harness.callRecords.map(({ endpoint }) => endpoint)).toEqual([
      'connect/token',
      'latestInteractions',
      'latestInteractions',
    ]);
  });

  test('estimates no token call for the next query until the token has expired', async () => {
    const harness = connectVonage(createFakeVonage().respond);
    const read: PlannedRead = {
      capability: 'latestInteractions',
      query: { size: 1, type: null, activeLiveFirst: null },
      target: { key: '01', refs: ['01'], maxAgents: 1, unlisted: 'none' },
      batchKey: 'listed',
    };
    const tokensMissing = async () => {
      const charges = await harness.adapter.uncachedCalls([read], harness.clock.now());
      return charges.find(({ endpoint }) => endpoint === 'connect/token')?.calls;
    };
    expect(await tokensMissing()).toBe(1);
    await queryInteractions(harness);
    expect(await tokensMissing()).toBe(0);
    harness.clock.advance(120 * MINUTE - 1);
    expect(await tokensMissing()).toBe(0);
    harness.clock.advance(1);
    expect(await tokensMissing()).toBe(1);
    expect(tokenCalls(harness)).toHaveLength(1);
  });
});

test('opens a separate circuit for a failing token endpoint', async () => {
  const clock = manualClock();
  const metrics = createMetrics();
  const calledEndpoints: string[] = [];
  const dispatcher = createFakeDispatcher(({ path }) => {
    calledEndpoints.push(path);
    return { statusCode: path.startsWith('/Auth') ? 503 : 200 };
  });
  const { http } = createHttpHarness({ account, clock, dispatcher, metrics, circuitBreaker: true });
  const tokens = createTokenProviderWith(http, clock);
  for (let i = 0; i < 5; i += 1) await rejectionOf(tokens.getToken(createContext()));
  const spared = await rejectionOf(tokens.getToken(createContext()));
  expect(spared).toMatchObject({ code: 'VENDOR_UNAVAILABLE', endpoint: 'connect/token', reason: 'circuit_open' });
  expect(calledEndpoints).toHaveLength(5);
  expect(await metrics.text()).toContain('switchboard_circuit_state{account="vcc",endpoint="connect/token"} 2');

  const url = new URL('https://vcc.example/v0');
  const other = await http.send({ endpoint: 'latestInteractions', method: 'GET', url }, createContext());
  expect(other.status).toBe(200);
});

describe('a token that the vendor rejects', () => {
  test('replaces a rejected token, and repeats the call', async () => {
    const vendor = createFakeVonage();
    const harness = connectVonage(vendor.respond);
    await queryInteractions(harness);
    vendor.revoked.add('token-1');
    await expect(queryInteractions(harness)).resolves.toMatchObject({ sources: [{ outcome: 'OK' }] });
    expect(authorizationHeaders(harness)).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  });

  test('replaces the token again, however soon, if the last replacement worked', async () => {
    const vendor = createFakeVonage();
    const harness = connectVonage(vendor.respond);
    for (const revoked of ['token-1', 'token-2']) {
      await queryInteractions(harness);
      vendor.revoked.add(revoked);
    }
    await expect(queryInteractions(harness)).resolves.toMatchObject({ sources: [{ outcome: 'OK' }] });
    expect(tokenCalls(harness)).toHaveLength(3);
  });

  test('replaces the token once, however many calls were rejected with it', async () => {
    const vendor = createFakeVonage();
    const harness = connectVonage(vendor.respond);
    await queryInteractions(harness);
    vendor.revoked.add('token-1');
    await allValues(refs(50).map((ref) => queryInteractions(harness, ref)));
    expect(tokenCalls(harness)).toHaveLength(2);
    expect(authorizationHeaders(harness)).toHaveLength(101);
  });

  test('keeps the new token after a late rejection of the old one', async () => {
    const late = deferredResponse();
    const vendor = createFakeVonage();
    const harness = connectVonage((request) =>
      request.url.pathname.includes('/late/') && request.headers.Authorization === 'Bearer token-1'
        ? late.answer()
        : vendor.respond(request),
    );
    const lateAnswer = queryInteractions(harness, 'late');
    await late.requested;
    await queryInteractions(harness);
    vendor.revoked.add('token-1');
    await queryInteractions(harness);
    late.resolve(jsonReply({}, 401));
    await lateAnswer;
    expect(tokenCalls(harness)).toHaveLength(2);
    expect(authorizationHeaders(harness).at(-1)).toBe('Bearer token-2');
  });

  test('does not return a rejected token again after its running renewal fails', async () => {
    const renewal = deferredResponse();
    const {
      tokens,
      requests,
      scope: context,
      clock,
    } = createStandaloneTokenProvider(
      createFakeVonage((issued) =>
        issued === 1 ? jsonReply({ access_token: 'token-1', expires_in: 100 }) : renewal.answer(),
      ).respond,
    );
    const token = await tokens.getToken(context);
    clock.advance(95_000);
    expect(tokens.getToken(context)).toBe(token);
    await renewal.requested;
    tokens.invalidate(token);
    const waiting = tokens.getToken(context);
    renewal.resolve(jsonReply({}, 503));
    await expect(waiting).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE', endpoint: 'connect/token' });
    expect(requests).toHaveLength(2);
  });

  test('requests no third token for a minute if the second is rejected as well', async () => {
    const harness = connectVonage(createFakeVonage(undefined, () => jsonReply({}, 401)).respond);
    const refused = { code: 'VENDOR_AUTH_FAILED', endpoint: 'latestInteractions', status: 401 };
    await expect(queryInteractions(harness)).rejects.toMatchObject(refused);
    expect(authorizationHeaders(harness)).toEqual(['Bearer token-1', 'Bearer token-2']);

    for (const ref of refs(4)) await expect(queryInteractions(harness, ref)).rejects.toMatchObject(refused);
    harness.clock.advance(MINUTE - 1);
    await expect(queryInteractions(harness)).rejects.toMatchObject(refused);
    expect(authorizationHeaders(harness).slice(2)).toEqual(Array.from({ length: 5 }, () => 'Bearer token-2'));
    expect(tokenCalls(harness)).toHaveLength(2);

    harness.clock.advance(1);
    await expect(queryInteractions(harness)).rejects.toMatchObject(refused);
    expect(authorizationHeaders(harness).slice(7)).toEqual(['Bearer token-2', 'Bearer token-3']);
    expect(tokenCalls(harness)).toHaveLength(3);
  });

  test('serves other agents if the token is rejected for one agent only', async () => {
    const ok = jsonReply({ interactions: [] });
    const vendor = createFakeVonage(undefined, ({ url }) => (url.pathname.includes('/02/') ? jsonReply({}, 401) : ok));
    const harness = connectVonage(vendor.respond);
    const outcomes = [];
    for (const ref of ['01', '02', '02', '01'])
      outcomes.push(...(await Promise.allSettled([queryInteractions(harness, ref)])));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(tokenCalls(harness)).toHaveLength(2);
    expect(authorizationHeaders(harness)).toHaveLength(5);
  });

  test('keeps the token after a 403', async () => {
    const harness = connectVonage(createFakeVonage(undefined, () => jsonReply({}, 403)).respond);
    await expect(queryInteractions(harness)).rejects.toMatchObject({ code: 'VENDOR_AUTH_FAILED', status: 403 });
    expect(harness.sent).toHaveLength(2);
  });
});
