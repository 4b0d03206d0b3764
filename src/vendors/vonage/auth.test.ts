import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { SharedToken, Vault } from '../../cache/vault.ts';
import { Secret } from '../../config/secret.ts';
import { connectTo, json } from '../../../test/support/vendor-harness.ts';
import { entry, issuer } from './account.fixture.ts';
import { vonage } from './index.ts';
import { MINUTE, ask, bearers, connect, held, openAlone, refs, tokenCalls } from './tokens.fixture.ts';

describe('the token request', () => {
  test.each([{}, { credentialsIn: 'body' }])('proves who asks in the form’s body, with %j', async (extra) => {
    const harness = connect(issuer().answer, extra);
    await ask(harness);
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

  test('or in the header Authorization, form-encoded first', async () => {
    const harness = connect(issuer().answer, { credentialsIn: 'basic' });
    await ask(harness);
    const [request] = tokenCalls(harness);
    expect(request?.body).toBe('grant_type=client_credentials');
    const credentials = Buffer.from(request?.headers.Authorization?.replace('Basic ', '') ?? '', 'base64');
    expect(credentials.toString()).toBe('gateway:secret%2B%26%25%2F%3D');
  });

  test('names the scope when one is configured', async () => {
    const harness = connect(issuer().answer, { scope: 'agents:read stats' });
    await ask(harness);
    expect(new URLSearchParams(tokenCalls(harness)[0]?.body).get('scope')).toBe('agents:read stats');
  });

  test('goes to the configured address', async () => {
    const harness = connect(issuer().answer, { tokenUrl: 'https://id.example.com/oauth/token' });
    await ask(harness);
    expect(tokenCalls(harness)[0]?.url.href).toBe('https://id.example.com/oauth/token');
  });
});

test('the token request may be made again, since another token does the first no harm', async () => {
  const { tokens, requests, scope } = openAlone(issuer().answer);
  await tokens.current(scope);
  expect(requests).toMatchObject([{ endpoint: 'connect/token', method: 'POST', idempotent: true }]);
});

describe('a token', () => {
  test('is fetched once, however many wait for it', async () => {
    const harness = connect(issuer().answer);
    await Promise.all(refs(50).map((ref) => ask(harness, ref)));
    expect(tokenCalls(harness)).toHaveLength(1);
    expect(bearers(harness)).toEqual(refs(50).map(() => 'Bearer token-1'));
  });

  test('serves later queries too, until nine tenths of its life are over', async () => {
    const harness = connect(issuer().answer);
    await ask(harness);
    harness.clock.advance(108 * MINUTE - 1);
    await ask(harness);
    expect(tokenCalls(harness)).toHaveLength(1);
    expect(bearers(harness)).toEqual(['Bearer token-1', 'Bearer token-1']);
  });

  test.each([
    [600, 540_000],
    ['600', 540_000],
    [0.5, 450],
    // Not said, or not understood: five minutes.
    [undefined, 270_000],
    [null, 270_000],
    ['', 270_000],
    ['soon', 270_000],
  ])('with expires_in %j is used for %i ms', async (expires_in, usedFor) => {
    const harness = connect(issuer((issued) => json({ access_token: `token-${issued}`, expires_in })).answer);
    await ask(harness);
    harness.clock.advance(usedFor - 1);
    await ask(harness);
    expect(tokenCalls(harness)).toHaveLength(1);
    harness.clock.advance(1);
    await ask(harness);
    expect(tokenCalls(harness)).toHaveLength(2);
  });

  test.each([0, -5])('with expires_in %j serves those who wait for it, and nobody later', async (expires_in) => {
    const harness = connect(issuer((issued) => json({ access_token: `token-${issued}`, expires_in })).answer);
    await Promise.all([ask(harness, '1'), ask(harness, '2')]);
    expect(tokenCalls(harness)).toHaveLength(1);
    await ask(harness, '3');
    expect(tokenCalls(harness)).toHaveLength(2);
  });

  test('its age counts from when it was asked for', async () => {
    const slow = held();
    const harness = connect(issuer((issued) => (issued === 1 ? slow.answer() : json({ access_token: 'b' }))).answer);
    const first = ask(harness);
    await slow.asked;
    harness.clock.advance(2 * MINUTE);
    slow.give(json({ access_token: 'a', expires_in: 100 }));
    await first;
    await ask(harness);
    expect(bearers(harness)).toEqual(['Bearer a', 'Bearer b']);
  });

  test('is asked for again by the next query after a failure', async () => {
    const vendor = issuer((issued) => (issued === 1 ? json({}, 503) : json({ access_token: 'token-2' })));
    const harness = connect(vendor.answer);
    await expect(ask(harness)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    await ask(harness);
    expect(bearers(harness)).toEqual(['Bearer token-2']);
  });
});

describe('a token of the fleet', () => {
  const START = Date.parse('2024-05-15T12:00:00Z');

  test('that another process fetched is used until it is to be renewed, by the wall clock that both have', async () => {
    const text = new Secret('theirs');
    let asked = 0;
    const vault: Vault = {
      obtain: () => {
        asked += 1;
        const later = (minutes: number) => START + minutes * MINUTE;
        return Promise.resolve({ text, renewAt: later(90 * asked), expiresAt: later(100 * asked) });
      },
    };
    const harness = connectTo(vonage, entry, issuer().answer, { now: START, vault });
    await ask(harness);
    harness.clock.advance(90 * MINUTE - 1);
    await ask(harness, '02');
    expect(asked).toBe(1);
    expect(bearers(harness)).toEqual(['Bearer theirs', 'Bearer theirs']);
    harness.clock.advance(1);
    await ask(harness, '03');
    expect(asked).toBe(2);
    expect(tokenCalls(harness)).toEqual([]);
  });

  /** A token that the fleet has, until a process fetches another. */
  function vaultWith(token: SharedToken): Vault {
    let shared = token;
    return { obtain: async ({ isUsable, fetch }) => (isUsable(shared) ? shared : (shared = await fetch())) };
  }

  const theirs = { text: new Secret('theirs'), renewAt: START + 90 * MINUTE, expiresAt: START + 100 * MINUTE };

  test.each([
    [1, 'Bearer theirs', 0],
    [0, 'Bearer token-1', 1],
  ])('that is to be renewed in %i ms is not fetched before', async (early, bearer, fetched) => {
    const now = theirs.renewAt - early;
    const harness = connectTo(vonage, entry, issuer().answer, { now, vault: vaultWith(theirs) });
    await ask(harness);
    expect(bearers(harness)).toEqual([bearer]);
    expect(tokenCalls(harness)).toHaveLength(fetched);
  });

  test('that the vendor refuses is not taken up again, even though the others still have it', async () => {
    const vendor = issuer();
    vendor.revoked.add('theirs');
    const harness = connectTo(vonage, entry, vendor.answer, { now: START, vault: vaultWith(theirs) });
    await ask(harness);
    await ask(harness, '02');
    expect(bearers(harness)).toEqual(['Bearer theirs', 'Bearer token-1', 'Bearer token-1']);
    expect(tokenCalls(harness)).toHaveLength(1);
  });

  test('that this one fetches is told of with the times of the wall clock', async () => {
    const told: SharedToken[] = [];
    const vault: Vault = {
      obtain: async ({ fetch }) => {
        const token = await fetch();
        told.push(token);
        return token;
      },
    };
    const harness = connectTo(vonage, entry, issuer().answer, { now: START, vault });
    harness.clock.advance(MINUTE);
    await ask(harness);
    expect(told).toMatchObject([{ renewAt: START + 109 * MINUTE, expiresAt: START + 121 * MINUTE }]);
    expect(tokenCalls(harness)).toHaveLength(1);
  });
});

describe('a query that goes away', () => {
  test('leaves at once, and the token comes for the others', async () => {
    const slow = held();
    const harness = connect(issuer(slow.answer).answer);
    const leaving = new AbortController();
    const gone = ask(harness, '1', { signal: leaving.signal });
    const stays = ask(harness, '2');
    await slow.asked;
    leaving.abort();
    await expect(gone).rejects.toMatchObject({ code: 'VENDOR_TIMEOUT', endpoint: 'connect/token' });
    slow.give(json({ access_token: 'token-1', expires_in: 7200 }));
    await expect(stays).resolves.toMatchObject({ data: [{ ref: '2' }] });
    expect(tokenCalls(harness)).toHaveLength(1);
    expect(bearers(harness)).toHaveLength(1);
  });

  test('even as the only one leaves a token behind for the next', async () => {
    const slow = held();
    const harness = connect(issuer(slow.answer).answer);
    const leaving = new AbortController();
    const gone = ask(harness, '1', { signal: leaving.signal });
    await slow.asked;
    leaving.abort();
    await expect(gone).rejects.toMatchObject({ code: 'VENDOR_TIMEOUT' });
    slow.give(json({ access_token: 'token-1', expires_in: 7200 }));
    await ask(harness);
    expect(tokenCalls(harness)).toHaveLength(1);
  });
});

test('a query that is gone already does not wait for a token, nor is its question asked', async () => {
  const never = held();
  const harness = connect(issuer(never.answer).answer);
  const gone = ask(harness, '01', { signal: AbortSignal.abort() });
  await expect(gone).rejects.toMatchObject({ code: 'VENDOR_TIMEOUT', endpoint: 'connect/token' });
  expect(bearers(harness)).toEqual([]);
});

test('a query that has its token is not listened to any more', async () => {
  const { tokens, scope } = openAlone(issuer().answer);
  await Promise.all([tokens.current(scope), tokens.current(scope)]);
  expect(getEventListeners(scope.signal, 'abort')).toEqual([]);
});

describe('when no token is to be had', () => {
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
  ])('%i %s: %s, and the agent is not asked about', async (status, body, code) => {
    const harness = connect(issuer(() => ({ status, body })).answer);
    await expect(ask(harness)).rejects.toMatchObject({ code, endpoint: 'connect/token' });
    expect(bearers(harness)).toEqual([]);
  });

  test('the vendor’s words are told, without the secret', async () => {
    const body = JSON.stringify({ error_description: `You must specify a scope, ${entry.clientSecret}` });
    const harness = connect(issuer(() => ({ status: 400, body })).answer);
    await expect(ask(harness)).rejects.toMatchObject({
      message: expect.stringMatching(/You must specify a scope, \[secret\]$/) as unknown,
      reason: 'token_refused',
    });
  });
});

test('token requests are told of as calls, once', async () => {
  const harness = connect(issuer().answer);
  await Promise.all([ask(harness, '1'), ask(harness, '2')]);
  expect(harness.records.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`)).toEqual([
    'connect/token OK',
    'latestInteractions OK',
    'latestInteractions OK',
  ]);
});
