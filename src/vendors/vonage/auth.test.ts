import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import { createFakeVonage, VONAGE_ENTRY } from '../../../test/support/vonage/account.ts';
import {
  authorizationHeaders,
  connectVonage,
  createStandaloneTokenProvider,
  deferredResponse,
  MINUTE,
  queryInteractions,
  refs,
  tokenCalls,
} from '../../../test/support/vonage/tokens.ts';
import type { SharedToken, SharedTokenStore } from '../../cache/token-store.ts';
import { Secret } from '../../config/secret.ts';
import { allValues } from '../../domain/maybe-promise.ts';
import { vonage } from './index.ts';

describe('the token request', () => {
  test.each([{}, { credentialsIn: 'body' }])('sends the credentials in the form’s body, with %j', async (extra) => {
    const harness = connectVonage(createFakeVonage().respond, extra);
    await queryInteractions(harness);
    expect(tokenCalls(harness)).toMatchObject([
      {
        method: 'POST',
        url: new URL('https://emea.newvoicemedia.com/Auth/connect/token'),
        headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials&client_id=gateway&client_secret=secret%2B%26%25%2F%3D',
      },
    ]);
    expect(tokenCalls(harness)[0]?.headers).not.toHaveProperty('Authorization');
  });

  test('sends the form-encoded credentials in the header Authorization, with credentialsIn: basic', async () => {
    const harness = connectVonage(createFakeVonage().respond, { credentialsIn: 'basic' });
    await queryInteractions(harness);
    const [request] = tokenCalls(harness);
    expect(request?.body).toBe('grant_type=client_credentials');
    const credentials = Buffer.from(request?.headers.Authorization?.replace('Basic ', '') ?? '', 'base64');
    expect(credentials.toString()).toBe('gateway:secret%2B%26%25%2F%3D');
  });

  test('requests a token with the configured scope', async () => {
    const harness = connectVonage(createFakeVonage().respond, { scope: 'agents:read stats' });
    await queryInteractions(harness);
    expect(new URLSearchParams(tokenCalls(harness)[0]?.body).get('scope')).toBe('agents:read stats');
  });

  test('requests a token from the configured URL', async () => {
    const harness = connectVonage(createFakeVonage().respond, { tokenUrl: 'https://id.example.com/oauth/token' });
    await queryInteractions(harness);
    expect(tokenCalls(harness)[0]?.url.href).toBe('https://id.example.com/oauth/token');
  });
});

test('marks the token request as idempotent, since a further token does not invalidate the first', async () => {
  const { tokens, requests, scope: context } = createStandaloneTokenProvider(createFakeVonage().respond);
  await tokens.getToken(context);
  expect(requests).toMatchObject([{ endpoint: 'connect/token', method: 'POST', idempotent: true }]);
});

describe('a token', () => {
  test('fetches a token once, however many requests wait', async () => {
    const harness = connectVonage(createFakeVonage().respond);
    await allValues(refs(50).map((ref) => queryInteractions(harness, ref)));
    expect(tokenCalls(harness)).toHaveLength(1);
    expect(authorizationHeaders(harness)).toEqual(refs(50).map(() => 'Bearer token-1'));
  });

  test('reuses a token in later queries, until nine tenths of its lifetime are over', async () => {
    const harness = connectVonage(createFakeVonage().respond);
    await queryInteractions(harness);
    harness.clock.advance(108 * MINUTE - 1);
    await queryInteractions(harness);
    expect(tokenCalls(harness)).toHaveLength(1);
    expect(authorizationHeaders(harness)).toEqual(['Bearer token-1', 'Bearer token-1']);
  });

  test.each([
    [600, 540_000],
    ['600', 540_000],
    [0.5, 450],
    // Missing or invalid: five minutes.
    [undefined, 270_000],
    [null, 270_000],
    ['', 270_000],
    ['soon', 270_000],
  ])('uses a token with expires_in %j for %i ms', async (expires_in, usedFor) => {
    const harness = connectVonage(
      createFakeVonage((issued) => jsonReply({ access_token: `token-${issued}`, expires_in })).respond,
    );
    await queryInteractions(harness);
    harness.clock.advance(usedFor - 1);
    await queryInteractions(harness);
    expect(tokenCalls(harness)).toHaveLength(1);
    harness.clock.advance(1);
    await queryInteractions(harness);
    expect(tokenCalls(harness)).toHaveLength(2);
  });

  test.each([0, -5])('serves only the waiting requests with a token with expires_in %j', async (expires_in) => {
    const harness = connectVonage(
      createFakeVonage((issued) => jsonReply({ access_token: `token-${issued}`, expires_in })).respond,
    );
    await Promise.all([queryInteractions(harness, '1'), queryInteractions(harness, '2')]);
    expect(tokenCalls(harness)).toHaveLength(1);
    await queryInteractions(harness, '3');
    expect(tokenCalls(harness)).toHaveLength(2);
  });

  test('counts the age of a token from the token request', async () => {
    const slow = deferredResponse();
    const harness = connectVonage(
      createFakeVonage((issued) => (issued === 1 ? slow.answer() : jsonReply({ access_token: 'b' }))).respond,
    );
    const first = queryInteractions(harness);
    await slow.requested;
    harness.clock.advance(2 * MINUTE);
    slow.resolve(jsonReply({ access_token: 'a', expires_in: 100 }));
    await first;
    await queryInteractions(harness);
    expect(authorizationHeaders(harness)).toEqual(['Bearer a', 'Bearer b']);
  });

  test('fetches a token again in the next query after a failure', async () => {
    const vendor = createFakeVonage((issued) =>
      issued === 1 ? jsonReply({}, 503) : jsonReply({ access_token: 'token-2' }),
    );
    const harness = connectVonage(vendor.respond);
    await expect(queryInteractions(harness)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    await queryInteractions(harness);
    expect(authorizationHeaders(harness)).toEqual(['Bearer token-2']);
  });
});

describe('a token shared by processes', () => {
  const START = Date.parse('2024-05-15T12:00:00Z');

  test('uses a token of another process until it is due for renewal by the wall clock', async () => {
    const text = new Secret('theirs');
    let lookups = 0;
    const tokenStore: SharedTokenStore = {
      getOrFetch: () => {
        lookups += 1;
        const later = (minutes: number) => START + minutes * MINUTE;
        return Promise.resolve({ text, renewAt: later(90 * lookups), expiresAt: later(100 * lookups) });
      },
    };
    const harness = connectVendor(vonage, VONAGE_ENTRY, createFakeVonage().respond, { now: START, tokenStore });
    await queryInteractions(harness);
    harness.clock.advance(90 * MINUTE - 1);
    await queryInteractions(harness, '02');
    expect(lookups).toBe(1);
    expect(authorizationHeaders(harness)).toEqual(['Bearer theirs', 'Bearer theirs']);
    harness.clock.advance(1);
    await queryInteractions(harness, '03');
    expect(lookups).toBe(2);
    expect(tokenCalls(harness)).toEqual([]);
  });

  /** A shared token, until a process fetches another. */
  function tokenStoreWith(token: SharedToken): SharedTokenStore {
    let shared = token;
    return { getOrFetch: async ({ isUsable, fetch }) => (isUsable(shared) ? shared : (shared = await fetch())) };
  }

  const theirs = { text: new Secret('theirs'), renewAt: START + 90 * MINUTE, expiresAt: START + 100 * MINUTE };

  test.each([
    [1, 'Bearer theirs', 0],
    [0, 'Bearer token-1', 1],
  ])('fetches a shared token again only when it is due for renewal (in %i ms)', async (early, bearer, fetched) => {
    const now = theirs.renewAt - early;
    const harness = connectVendor(vonage, VONAGE_ENTRY, createFakeVonage().respond, {
      now,
      tokenStore: tokenStoreWith(theirs),
    });
    await queryInteractions(harness);
    expect(authorizationHeaders(harness)).toEqual([bearer]);
    expect(tokenCalls(harness)).toHaveLength(fetched);
  });

  test('stops using a rejected token, even while other processes share it', async () => {
    const vendor = createFakeVonage();
    vendor.revoked.add('theirs');
    const harness = connectVendor(vonage, VONAGE_ENTRY, vendor.respond, {
      now: START,
      tokenStore: tokenStoreWith(theirs),
    });
    await queryInteractions(harness);
    await queryInteractions(harness, '02');
    expect(authorizationHeaders(harness)).toEqual(['Bearer theirs', 'Bearer token-1', 'Bearer token-1']);
    expect(tokenCalls(harness)).toHaveLength(1);
  });

  test('shares a token with wall-clock times', async () => {
    const sharedTokens: SharedToken[] = [];
    const tokenStore: SharedTokenStore = {
      getOrFetch: async ({ fetch }) => {
        const token = await fetch();
        sharedTokens.push(token);
        return token;
      },
    };
    const harness = connectVendor(vonage, VONAGE_ENTRY, createFakeVonage().respond, { now: START, tokenStore });
    harness.clock.advance(MINUTE);
    await queryInteractions(harness);
    expect(sharedTokens).toMatchObject([{ renewAt: START + 109 * MINUTE, expiresAt: START + 121 * MINUTE }]);
    expect(tokenCalls(harness)).toHaveLength(1);
  });
});

describe('an aborted query', () => {
  test('rejects an aborted query immediately, and fetches the token for the others', async () => {
    const slow = deferredResponse();
    const harness = connectVonage(createFakeVonage(slow.answer).respond);
    const leaving = new AbortController();
    const gone = queryInteractions(harness, '1', { signal: leaving.signal });
    const stays = queryInteractions(harness, '2');
    await slow.requested;
    leaving.abort();
    await expect(gone).rejects.toMatchObject({ code: 'VENDOR_TIMEOUT', endpoint: 'connect/token' });
    slow.resolve(jsonReply({ access_token: 'token-1', expires_in: 7200 }));
    await expect(stays).resolves.toMatchObject({ data: [{ ref: '2' }] });
    expect(tokenCalls(harness)).toHaveLength(1);
    expect(authorizationHeaders(harness)).toHaveLength(1);
  });

  test('fetches the token for the next query, even if the only waiting query aborts', async () => {
    const slow = deferredResponse();
    const harness = connectVonage(createFakeVonage(slow.answer).respond);
    const leaving = new AbortController();
    const gone = queryInteractions(harness, '1', { signal: leaving.signal });
    await slow.requested;
    leaving.abort();
    await expect(gone).rejects.toMatchObject({ code: 'VENDOR_TIMEOUT' });
    slow.resolve(jsonReply({ access_token: 'token-1', expires_in: 7200 }));
    await queryInteractions(harness);
    expect(tokenCalls(harness)).toHaveLength(1);
  });
});

test('an already aborted query waits for no token and makes no call', async () => {
  const never = deferredResponse();
  const harness = connectVonage(createFakeVonage(never.answer).respond);
  const gone = queryInteractions(harness, '01', { signal: AbortSignal.abort() });
  await expect(gone).rejects.toMatchObject({ code: 'VENDOR_TIMEOUT', endpoint: 'connect/token' });
  expect(authorizationHeaders(harness)).toEqual([]);
});

test('removes the abort listener once the query has its token', async () => {
  const { tokens, scope: context } = createStandaloneTokenProvider(createFakeVonage().respond);
  await Promise.all([tokens.getToken(context), tokens.getToken(context)]);
  expect(getEventListeners(context.signal, 'abort')).toEqual([]);
});

describe('a failing token endpoint', () => {
  test.each([
    [400, '{"error":"invalid_scope","error_description":"You must specify a scope"}', 'VENDOR_AUTH_FAILED'],
    [400, '{"error":"invalid_client"}', 'VENDOR_AUTH_FAILED'],
    [401, '', 'VENDOR_AUTH_FAILED'],
    [404, '<html>', 'VENDOR_AUTH_FAILED'],
    [429, '', 'VENDOR_RATE_LIMITED'],
    [500, '{"error":"Internal Server Error","error_description":"x"}', 'VENDOR_UNAVAILABLE'],
    [302, '', 'VENDOR_BAD_RESPONSE'],
    [200, '{}', 'VENDOR_BAD_RESPONSE'],
    [200, '{"access_token":"two words"}', 'VENDOR_BAD_RESPONSE'],
  ])('%i %s rejects with %s, without a call for the agent', async (status, body, code) => {
    const harness = connectVonage(createFakeVonage(() => ({ status, body })).respond);
    await expect(queryInteractions(harness)).rejects.toMatchObject({ code, endpoint: 'connect/token' });
    expect(authorizationHeaders(harness)).toEqual([]);
  });

  test('reports the vendor’s message without the secret', async () => {
    const body = JSON.stringify({ error_description: `You must specify a scope, ${VONAGE_ENTRY.clientSecret}` });
    const harness = connectVonage(createFakeVonage(() => ({ status: 400, body })).respond);
    await expect(queryInteractions(harness)).rejects.toMatchObject({
      message: expect.stringMatching(/You must specify a scope, \[secret\]$/) as unknown,
      reason: 'token_refused',
    });
  });
});

test('records token requests as calls, once', async () => {
  const harness = connectVonage(createFakeVonage().respond);
  await Promise.all([queryInteractions(harness, '1'), queryInteractions(harness, '2')]);
  expect(harness.callRecords.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`)).toEqual([
    'connect/token OK',
    'latestInteractions OK',
    'latestInteractions OK',
  ]);
});
