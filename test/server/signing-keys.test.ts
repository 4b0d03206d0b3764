import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, type FetchImplementation, generateKeyPair } from 'jose';
import { createAuthenticator } from '../../src/server/auth.ts';
import { settle } from '../support/settle.ts';
import { type AuthRig, jwt, setUpAuth, START } from './auth-support.ts';

let rig: AuthRig;
beforeEach(async () => {
  rig = await setUpAuth();
});

describe('the issuer’s keys', () => {
  const LONG = { exp: START / 1000 + 9000 };

  test('are fetched once for all who come at the same time, kept, and renewed while they are used', async () => {
    const token = await rig.sign(LONG);
    await Promise.all(Array.from({ length: 20 }, () => rig.bearer(token)));
    expect(rig.clock.waiting()).toBe(0);
    rig.clock.advance(299_999);
    await rig.bearer(token);
    expect(rig.state.asked).toBe(1);
    for (const asked of [2, 3, 4]) {
      rig.clock.advance(asked === 2 ? 1 : 300_000);
      await Promise.all(Array.from({ length: 20 }, () => rig.bearer(token)));
      expect(rig.state.asked).toBe(asked);
    }
  });

  test('that the issuer has withdrawn serve ten minutes at most', async () => {
    const token = await rig.sign(LONG);
    await rig.bearer(token);
    rig.state.keys = [];
    rig.clock.advance(600_000);
    expect(await rig.bearer(token)).toEqual({ failure: 'unknown_signer' });
  });

  test('serve ten minutes from when the issuer is found gone; then nobody can be told, which is not the caller’s fault', async () => {
    const token = await rig.sign(LONG);
    await rig.bearer(token);
    rig.clock.advance(900_000);
    rig.state.down = true;
    expect(await rig.bearer(token)).toMatchObject({ name: 'jwt:jane' });
    rig.clock.advance(300_000);
    expect(await rig.bearer(token)).toMatchObject({ name: 'jwt:jane' });
    rig.clock.advance(299_999);
    expect(await rig.bearer(token)).toMatchObject({ name: 'jwt:jane' });
    rig.clock.advance(1);
    expect(await rig.bearer(token)).toEqual({ failure: 'keys_unavailable' });
    rig.state.down = false;
    rig.clock.advance(5_000);
    for (let i = 0; i < 2; i += 1) expect(await rig.bearer(token)).toMatchObject({ name: 'jwt:jane' });
  });

  test('whose endpoint hangs: who bears a known one does not wait, who bears an unknown one waits for five seconds', async () => {
    const token = await rig.sign(LONG);
    await rig.bearer(token);
    rig.state.hangs = true;
    rig.clock.advance(301_000);
    expect(await rig.bearer(token)).toMatchObject({ name: 'jwt:jane' });

    const unknown = rig.bearer(await rig.sign({}, { kid: 'k2' }));
    await settle();
    expect(await rig.bearer(token)).toMatchObject({ name: 'jwt:jane' });
    rig.clock.advance(5_000);
    expect(await unknown).toEqual({ failure: 'unknown_signer' });
    expect([rig.state.asked, rig.clock.waiting()]).toEqual([2, 0]);
    rig.clock.advance(300_000);
    expect(await rig.bearer(token)).toMatchObject({ name: 'jwt:jane' });
  });

  test('that hang and never came: so many tokens wait for them, others and keys of the API do not', async () => {
    rig.state.hangs = true;
    const token = await rig.sign();
    const waiting = Array.from({ length: 1000 }, () => rig.bearer(token));
    await settle();
    expect(await rig.bearer(token)).toEqual({ failure: 'keys_unavailable' });
    expect(await rig.bearer('key-one')).toMatchObject({ name: 'wallboard' });
    rig.clock.advance(5_000);
    for (const one of await Promise.all(waiting)) expect(one).toEqual({ failure: 'keys_unavailable' });
    // Whoever waited waits no more: there is room again.
    rig.state.hangs = false;
    rig.clock.advance(5_000);
    expect(await rig.bearer(token)).toMatchObject({ name: 'jwt:jane' });
    expect(rig.state.asked).toBe(2);
  });

  test('cannot be made to be fetched by made-up key ids', async () => {
    await rig.bearer(await rig.sign());
    for (let i = 0; i < 100; i++) {
      expect(await rig.bearer(await rig.sign({}, { kid: `made-up-${i}` }))).toEqual({ failure: 'unknown_signer' });
    }
    rig.clock.advance(29_999);
    expect(await rig.bearer(await rig.sign({}, { kid: 'made-up' }))).toEqual({ failure: 'unknown_signer' });
    expect(rig.state.asked).toBe(1);
    rig.clock.advance(1);
    for (let i = 0; i < 10; i++) await rig.bearer(await rig.sign({}, { kid: `made-up-${i}` }));
    expect(rig.state.asked).toBe(2);
  });

  test('of which two bear one id tell no signer, and are not asked for again because of it', async () => {
    const token = await rig.sign();
    rig.state.keys = [...rig.state.keys, ...rig.state.keys];
    expect(await rig.bearer(token)).toEqual({ failure: 'unknown_signer' });
    rig.clock.advance(31_000);
    expect(await rig.bearer(token)).toEqual({ failure: 'unknown_signer' });
    expect(rig.state.asked).toBe(1);
  });

  test('that are new are found half a minute after the last look', async () => {
    await rig.bearer(await rig.sign());
    const fresh = await generateKeyPair('ES256');
    rig.state.keys = [{ ...(await exportJWK(fresh.publicKey)), kid: 'k2' }];
    rig.clock.advance(31_000);
    expect(await rig.bearer(await rig.sign({}, { kid: 'k2' }, fresh.privateKey))).toMatchObject({ name: 'jwt:jane' });
  });

  test('an unknown signer stays one while the issuer is down and the keys are still good', async () => {
    await rig.bearer(await rig.sign());
    rig.state.down = true;
    rig.clock.advance(31_000);
    expect(await rig.bearer(await rig.sign({}, { kid: 'k2' }))).toEqual({ failure: 'unknown_signer' });
  });

  test('that never came: nobody can be told, and the issuer is left alone for a while', async () => {
    rig.state.down = true;
    for (let i = 0; i < 10; i++) expect(await rig.bearer(await rig.sign())).toEqual({ failure: 'keys_unavailable' });
    rig.clock.advance(4_900);
    expect(await rig.bearer(await rig.sign())).toEqual({ failure: 'keys_unavailable' });
    expect(rig.state.asked).toBe(1);
    rig.state.down = false;
    rig.clock.advance(100);
    expect(await rig.bearer(await rig.sign())).toMatchObject({ name: 'jwt:jane' });
    expect(await rig.bearer('key-one')).toMatchObject({ name: 'wallboard' });
  });
});

describe('an issuer that misbehaves', () => {
  /** Who asks an issuer that is played by a function. */
  const askedBy = (fetch: FetchImplementation, jwksUri = jwt.jwksUri) =>
    createAuthenticator({ jwt: { ...jwt, jwksUri } }, { clock: rig.clock, metrics: rig.metrics, fetch });

  test.each([
    ['an error', { status: 503 }],
    ['a redirect', { status: 302 }],
    ['no set of keys', { keys: undefined }],
    ['more than 256 KiB', { padding: 'x'.repeat(256 * 1024) }],
  ])('and answers with %s counts as gone, and is left alone for a while', async (_what, answer) => {
    Object.assign(rig.state, answer);
    for (let i = 0; i < 10; i++) expect(await rig.bearer(await rig.sign())).toEqual({ failure: 'keys_unavailable' });
    expect(rig.state.asked).toBe(1);
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
    const authenticate = askedBy(() => Promise.resolve(new Response(endless)));
    expect(await authenticate(`Bearer ${await rig.sign()}`)).toEqual({ failure: 'keys_unavailable' });
    expect(await cut.promise).toBe('cut');
  });

  test('and hangs has its connection ended after five seconds', async () => {
    let signal: AbortSignal | undefined;
    const authenticate = askedBy((_url, options) => {
      signal = options.signal;
      return new Promise<never>(() => undefined);
    });
    const waiting = authenticate(`Bearer ${await rig.sign()}`);
    await settle();
    rig.clock.advance(4_999);
    expect(signal?.aborted).toBe(false);
    rig.clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect(await waiting).toEqual({ failure: 'keys_unavailable' });
  });

  test('and points elsewhere is not followed; what it says of an error is not read', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.method, request.url, request.headers.accept);
      if (request.url === '/elsewhere') response.end(JSON.stringify({ keys: rig.state.keys }));
      // Without an end: who reads on waits for ever.
      else response.writeHead(302, { location: '/elsewhere' }).write('Moved');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
    try {
      const authenticate = askedBy(fetch, new URL(`http://127.0.0.1:${port}/keys`));
      expect(await authenticate(`Bearer ${await rig.sign()}`)).toEqual({ failure: 'keys_unavailable' });
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
    const bytes = JSON.stringify({ keys: rig.state.keys, padding: '' }).length;
    rig.state.padding = 'x'.repeat(256 * 1024 - bytes + beyond);
    expect(await rig.bearer(await rig.sign())).toMatchObject(outcome);
  });
});
