import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, type FetchImplementation, generateKeyPair } from 'jose';
import { type AuthHarness, createAuthHarness, jwt, START_TIME } from '../../test/support/auth-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createAuthenticator } from './auth.ts';

let harness: AuthHarness;
beforeEach(async () => {
  harness = await createAuthHarness();
});

describe('the issuer’s keys (JWKS)', () => {
  const LONG_LIVED_CLAIMS = { exp: START_TIME / 1000 + 9000 };

  test('fetches the keys once for concurrent requests, caches them and refreshes them while they are used', async () => {
    const token = await harness.sign(LONG_LIVED_CLAIMS);
    await Promise.all(Array.from({ length: 20 }, () => harness.authenticateBearer(token)));
    expect(harness.clock.pendingTimers()).toBe(0);
    harness.clock.advance(299_999);
    await harness.authenticateBearer(token);
    expect(harness.state.fetchCount).toBe(1);
    for (const fetchCount of [2, 3, 4]) {
      harness.clock.advance(fetchCount === 2 ? 1 : 300_000);
      await Promise.all(Array.from({ length: 20 }, () => harness.authenticateBearer(token)));
      expect(harness.state.fetchCount).toBe(fetchCount);
    }
  });

  test('stops accepting withdrawn keys after ten minutes', async () => {
    const token = await harness.sign(LONG_LIVED_CLAIMS);
    await harness.authenticateBearer(token);
    harness.state.keys = [];
    harness.clock.advance(600_000);
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'unknown_signer' });
  });

  test('keeps using cached keys for ten minutes after the first failed fetch, then reports keys_unavailable', async () => {
    const token = await harness.sign(LONG_LIVED_CLAIMS);
    await harness.authenticateBearer(token);
    harness.clock.advance(900_000);
    harness.state.down = true;
    expect(await harness.authenticateBearer(token)).toMatchObject({ name: 'jwt:jane' });
    harness.clock.advance(300_000);
    expect(await harness.authenticateBearer(token)).toMatchObject({ name: 'jwt:jane' });
    harness.clock.advance(299_999);
    expect(await harness.authenticateBearer(token)).toMatchObject({ name: 'jwt:jane' });
    harness.clock.advance(1);
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'keys_unavailable' });
    harness.state.down = false;
    harness.clock.advance(5_000);
    for (let i = 0; i < 2; i += 1) expect(await harness.authenticateBearer(token)).toMatchObject({ name: 'jwt:jane' });
  });

  test('while the JWKS endpoint hangs, accepts known keys immediately and rejects unknown ones after five seconds', async () => {
    const token = await harness.sign(LONG_LIVED_CLAIMS);
    await harness.authenticateBearer(token);
    harness.state.hangs = true;
    harness.clock.advance(301_000);
    expect(await harness.authenticateBearer(token)).toMatchObject({ name: 'jwt:jane' });

    const unknown = harness.authenticateBearer(await harness.sign({}, { kid: 'k2' }));
    await flushPromises();
    expect(await harness.authenticateBearer(token)).toMatchObject({ name: 'jwt:jane' });
    harness.clock.advance(5_000);
    expect(await unknown).toEqual({ failure: 'unknown_signer' });
    expect([harness.state.fetchCount, harness.clock.pendingTimers()]).toEqual([2, 0]);
    harness.clock.advance(300_000);
    expect(await harness.authenticateBearer(token)).toMatchObject({ name: 'jwt:jane' });
  });

  test('limits the requests that wait for the first keys; others fail immediately and API keys still work', async () => {
    harness.state.hangs = true;
    const token = await harness.sign();
    const waiting = Array.from({ length: 1000 }, () => harness.authenticateBearer(token));
    await flushPromises();
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'keys_unavailable' });
    expect(await harness.authenticateBearer('key-one')).toMatchObject({ name: 'wallboard' });
    harness.clock.advance(5_000);
    for (const result of await Promise.all(waiting)) expect(result).toEqual({ failure: 'keys_unavailable' });
    // The waiting requests have ended, so there is room again.
    harness.state.hangs = false;
    harness.clock.advance(5_000);
    expect(await harness.authenticateBearer(token)).toMatchObject({ name: 'jwt:jane' });
    expect(harness.state.fetchCount).toBe(2);
  });

  test('fetches the keys at most once in 30 seconds, however many unknown key ids arrive', async () => {
    await harness.authenticateBearer(await harness.sign());
    for (let i = 0; i < 100; i++) {
      expect(await harness.authenticateBearer(await harness.sign({}, { kid: `made-up-${i}` }))).toEqual({
        failure: 'unknown_signer',
      });
    }
    harness.clock.advance(29_999);
    expect(await harness.authenticateBearer(await harness.sign({}, { kid: 'made-up' }))).toEqual({
      failure: 'unknown_signer',
    });
    expect(harness.state.fetchCount).toBe(1);
    harness.clock.advance(1);
    for (let i = 0; i < 10; i++) await harness.authenticateBearer(await harness.sign({}, { kid: `made-up-${i}` }));
    expect(harness.state.fetchCount).toBe(2);
  });

  test('rejects a key id that two keys share, without fetching the keys again', async () => {
    const token = await harness.sign();
    harness.state.keys = [...harness.state.keys, ...harness.state.keys];
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'unknown_signer' });
    harness.clock.advance(31_000);
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'unknown_signer' });
    expect(harness.state.fetchCount).toBe(1);
  });

  test('finds a new key once the cached keys are 30 seconds old', async () => {
    await harness.authenticateBearer(await harness.sign());
    const fresh = await generateKeyPair('ES256');
    harness.state.keys = [{ ...(await exportJWK(fresh.publicKey)), kid: 'k2' }];
    harness.clock.advance(31_000);
    expect(await harness.authenticateBearer(await harness.sign({}, { kid: 'k2' }, fresh.privateKey))).toMatchObject({
      name: 'jwt:jane',
    });
  });

  test('reports an unknown signer, not keys_unavailable, while the issuer is down and the cached keys are usable', async () => {
    await harness.authenticateBearer(await harness.sign());
    harness.state.down = true;
    harness.clock.advance(31_000);
    expect(await harness.authenticateBearer(await harness.sign({}, { kid: 'k2' }))).toEqual({
      failure: 'unknown_signer',
    });
  });

  test('reports keys_unavailable if the keys were never fetched, and waits before the next attempt', async () => {
    harness.state.down = true;
    for (let i = 0; i < 10; i++)
      expect(await harness.authenticateBearer(await harness.sign())).toEqual({ failure: 'keys_unavailable' });
    harness.clock.advance(4_900);
    expect(await harness.authenticateBearer(await harness.sign())).toEqual({ failure: 'keys_unavailable' });
    expect(harness.state.fetchCount).toBe(1);
    harness.state.down = false;
    harness.clock.advance(100);
    expect(await harness.authenticateBearer(await harness.sign())).toMatchObject({ name: 'jwt:jane' });
    expect(await harness.authenticateBearer('key-one')).toMatchObject({ name: 'wallboard' });
  });
});

describe('a misbehaving issuer', () => {
  /** An authenticator whose issuer is a function. */
  const createAuthenticatorWithFetch = (fetch: FetchImplementation, jwksUri = jwt.jwksUri) =>
    createAuthenticator({ jwt: { ...jwt, jwksUri } }, { clock: harness.clock, metrics: harness.metrics, fetch });

  test.each([
    ['an error', { status: 503 }],
    ['a redirect', { status: 302 }],
    ['a body without keys', { keys: undefined }],
    ['more than 256 KiB', { padding: 'x'.repeat(256 * 1024) }],
  ])('treats an issuer that returns %s as unavailable and waits before the next attempt', async (_what, answer) => {
    Object.assign(harness.state, answer);
    for (let i = 0; i < 10; i++)
      expect(await harness.authenticateBearer(await harness.sign())).toEqual({ failure: 'keys_unavailable' });
    expect(harness.state.fetchCount).toBe(1);
  });

  test('aborts an endless response of the issuer', async () => {
    const cancelled = Promise.withResolvers<string>();
    const endless = new ReadableStream({
      pull: (controller) => {
        controller.enqueue(new Uint8Array(64 * 1024));
      },
      cancel: () => {
        cancelled.resolve('cancelled');
      },
    });
    const authenticate = createAuthenticatorWithFetch(() => Promise.resolve(new Response(endless)));
    expect(await authenticate(`Bearer ${await harness.sign()}`, '127.0.0.1')).toEqual({ failure: 'keys_unavailable' });
    expect(await cancelled.promise).toBe('cancelled');
  });

  test('aborts a request to the issuer that hangs for five seconds', async () => {
    let signal: AbortSignal | undefined;
    const authenticate = createAuthenticatorWithFetch((_url, options) => {
      signal = options.signal;
      return new Promise<never>(() => undefined);
    });
    const waiting = authenticate(`Bearer ${await harness.sign()}`, '127.0.0.1');
    await flushPromises();
    harness.clock.advance(4_999);
    expect(signal?.aborted).toBe(false);
    harness.clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect(await waiting).toEqual({ failure: 'keys_unavailable' });
  });

  test('follows no redirect of the issuer and does not read the body of an error response', async () => {
    const requests: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      requests.push(request.method, request.url, request.headers.accept);
      if (request.url === '/elsewhere') response.end(JSON.stringify({ keys: harness.state.keys }));
      // The body never ends: a client that reads it waits forever.
      else response.writeHead(302, { location: '/elsewhere' }).write('Moved');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
    try {
      const authenticate = createAuthenticatorWithFetch(fetch, new URL(`http://127.0.0.1:${port}/keys`));
      expect(await authenticate(`Bearer ${await harness.sign()}`, '127.0.0.1')).toEqual({
        failure: 'keys_unavailable',
      });
      expect(requests).toEqual(['GET', '/keys', 'application/jwk-set+json, application/json']);
      await closed;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test.each([
    ['at the limit', 0, { name: 'jwt:jane' }],
    ['one byte beyond the limit', 1, { failure: 'keys_unavailable' }],
  ])('checks the size of the key set: %s', async (_where, excessBytes, outcome) => {
    const bytes = JSON.stringify({ keys: harness.state.keys, padding: '' }).length;
    harness.state.padding = 'x'.repeat(256 * 1024 - bytes + excessBytes);
    expect(await harness.authenticateBearer(await harness.sign())).toMatchObject(outcome);
  });
});
