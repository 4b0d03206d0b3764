import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, type FetchImplementation, generateKeyPair } from 'jose';
import { createAuthenticator } from './auth.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { type AuthHarness, jwt, createAuthHarness, START_TIME } from '../../test/support/auth-harness.ts';

let harness: AuthHarness;
beforeEach(async () => {
  harness = await createAuthHarness();
});

describe('the issuer’s keys', () => {
  const LONG_LIVED_CLAIMS = { exp: START_TIME / 1000 + 9000 };

  test('are fetched once for all who come at the same time, kept, and renewed while they are used', async () => {
    const token = await harness.sign(LONG_LIVED_CLAIMS);
    await Promise.all(Array.from({ length: 20 }, () => harness.authenticateBearer(token)));
    expect(harness.clock.pendingTimers()).toBe(0);
    harness.clock.advance(299_999);
    await harness.authenticateBearer(token);
    expect(harness.state.fetchCount).toBe(1);
    for (const asked of [2, 3, 4]) {
      harness.clock.advance(asked === 2 ? 1 : 300_000);
      await Promise.all(Array.from({ length: 20 }, () => harness.authenticateBearer(token)));
      expect(harness.state.fetchCount).toBe(asked);
    }
  });

  test('that the issuer has withdrawn serve ten minutes at most', async () => {
    const token = await harness.sign(LONG_LIVED_CLAIMS);
    await harness.authenticateBearer(token);
    harness.state.keys = [];
    harness.clock.advance(600_000);
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'unknown_signer' });
  });

  test('serve ten minutes from when the issuer is found gone; then nobody can be told, which is not the caller’s fault', async () => {
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

  test('whose endpoint hangs: who bears a known one does not wait, who bears an unknown one waits for five seconds', async () => {
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

  test('that hang and never came: so many tokens wait for them, others and keys of the API do not', async () => {
    harness.state.hangs = true;
    const token = await harness.sign();
    const waiting = Array.from({ length: 1000 }, () => harness.authenticateBearer(token));
    await flushPromises();
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'keys_unavailable' });
    expect(await harness.authenticateBearer('key-one')).toMatchObject({ name: 'wallboard' });
    harness.clock.advance(5_000);
    for (const result of await Promise.all(waiting)) expect(result).toEqual({ failure: 'keys_unavailable' });
    // Whoever waited waits no more: there is room again.
    harness.state.hangs = false;
    harness.clock.advance(5_000);
    expect(await harness.authenticateBearer(token)).toMatchObject({ name: 'jwt:jane' });
    expect(harness.state.fetchCount).toBe(2);
  });

  test('cannot be made to be fetched by made-up key ids', async () => {
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

  test('of which two bear one id tell no signer, and are not asked for again because of it', async () => {
    const token = await harness.sign();
    harness.state.keys = [...harness.state.keys, ...harness.state.keys];
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'unknown_signer' });
    harness.clock.advance(31_000);
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'unknown_signer' });
    expect(harness.state.fetchCount).toBe(1);
  });

  test('that are new are found half a minute after the last look', async () => {
    await harness.authenticateBearer(await harness.sign());
    const fresh = await generateKeyPair('ES256');
    harness.state.keys = [{ ...(await exportJWK(fresh.publicKey)), kid: 'k2' }];
    harness.clock.advance(31_000);
    expect(await harness.authenticateBearer(await harness.sign({}, { kid: 'k2' }, fresh.privateKey))).toMatchObject({
      name: 'jwt:jane',
    });
  });

  test('an unknown signer stays one while the issuer is down and the keys are still good', async () => {
    await harness.authenticateBearer(await harness.sign());
    harness.state.down = true;
    harness.clock.advance(31_000);
    expect(await harness.authenticateBearer(await harness.sign({}, { kid: 'k2' }))).toEqual({
      failure: 'unknown_signer',
    });
  });

  test('that never came: nobody can be told, and the issuer is left alone for a while', async () => {
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

describe('an issuer that misbehaves', () => {
  /** Who asks an issuer that is played by a function. */
  const createAuthenticatorWithFetch = (fetch: FetchImplementation, jwksUri = jwt.jwksUri) =>
    createAuthenticator({ jwt: { ...jwt, jwksUri } }, { clock: harness.clock, metrics: harness.metrics, fetch });

  test.each([
    ['an error', { status: 503 }],
    ['a redirect', { status: 302 }],
    ['no set of keys', { keys: undefined }],
    ['more than 256 KiB', { padding: 'x'.repeat(256 * 1024) }],
  ])('and answers with %s counts as gone, and is left alone for a while', async (_what, answer) => {
    Object.assign(harness.state, answer);
    for (let i = 0; i < 10; i++)
      expect(await harness.authenticateBearer(await harness.sign())).toEqual({ failure: 'keys_unavailable' });
    expect(harness.state.fetchCount).toBe(1);
  });

  test('and answers without end is cut off', async () => {
    const cut = Promise.withResolvers<string>();
    const endless = new ReadableStream({
      pull: (controller) => {
        controller.enqueue(new Uint8Array(64 * 1024));
      },
      cancel: () => {
        cut.resolve('cut');
      },
    });
    const authenticate = createAuthenticatorWithFetch(() => Promise.resolve(new Response(endless)));
    expect(await authenticate(`Bearer ${await harness.sign()}`)).toEqual({ failure: 'keys_unavailable' });
    expect(await cut.promise).toBe('cut');
  });

  test('and hangs has its connection ended after five seconds', async () => {
    let signal: AbortSignal | undefined;
    const authenticate = createAuthenticatorWithFetch((_url, options) => {
      signal = options.signal;
      return new Promise<never>(() => undefined);
    });
    const waiting = authenticate(`Bearer ${await harness.sign()}`);
    await flushPromises();
    harness.clock.advance(4_999);
    expect(signal?.aborted).toBe(false);
    harness.clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect(await waiting).toEqual({ failure: 'keys_unavailable' });
  });

  test('and points elsewhere is not followed; what it says of an error is not read', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.method, request.url, request.headers.accept);
      if (request.url === '/elsewhere') response.end(JSON.stringify({ keys: harness.state.keys }));
      // Without an end: who reads on waits for ever.
      else response.writeHead(302, { location: '/elsewhere' }).write('Moved');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
    try {
      const authenticate = createAuthenticatorWithFetch(fetch, new URL(`http://127.0.0.1:${port}/keys`));
      expect(await authenticate(`Bearer ${await harness.sign()}`)).toEqual({ failure: 'keys_unavailable' });
      expect(asked).toEqual(['GET', '/keys', 'application/jwk-set+json, application/json']);
      await closed;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test.each([
    ['at the bound', 0, { name: 'jwt:jane' }],
    ['a byte beyond it', 1, { failure: 'keys_unavailable' }],
  ])('may have very many keys: %s', async (_where, beyond, outcome) => {
    const bytes = JSON.stringify({ keys: harness.state.keys, padding: '' }).length;
    harness.state.padding = 'x'.repeat(256 * 1024 - bytes + beyond);
    expect(await harness.authenticateBearer(await harness.sign())).toMatchObject(outcome);
  });
});
