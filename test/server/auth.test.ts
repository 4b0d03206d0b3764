import { createHash, createHmac } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { AuthConfig } from '../../src/config/settings.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createAuthenticator } from '../../src/server/auth.ts';
import { anybody } from '../../src/request/caller.ts';
import { manualClock } from '../support/clock.ts';

const START = Date.parse('2026-11-20T12:00:00Z');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const apiKeys = [
  { name: 'wallboard', sha256: sha256('key-one').toUpperCase(), accounts: ['kore-main'], scopes: ['read' as const] },
  { name: 'all', sha256: sha256('key.two.three'), scopes: ['read' as const, 'introspect' as const] },
  { name: 'none', sha256: sha256('key-three'), accounts: [], scopes: [] },
];
const jwt = {
  issuer: 'https://id.example.com/',
  audience: 'switchboard',
  jwksUri: new URL('https://id.example.com/jwks.json'),
};

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let keys: Keys;
let strangerKeys: Keys;
beforeAll(async () => {
  [keys, strangerKeys] = await Promise.all([generateKeyPair('ES256', { extractable: true }), generateKeyPair('ES256')]);
});

/** An issuer that can be taken down, with a count of how often it was asked. */
async function issuer() {
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1' };
  const state = { down: false, status: 200, asked: 0, keys: [jwk] as JWK[], padding: '' };
  const fetchKeys = () => {
    state.asked += 1;
    if (state.down) return Promise.reject(new TypeError('fetch failed'));
    return Promise.resolve(Response.json({ keys: state.keys, padding: state.padding }, { status: state.status }));
  };
  return { state, fetchKeys };
}

async function setUp(auth: AuthConfig = { apiKeys, jwt }) {
  const clock = manualClock(START);
  jest.spyOn(Date, 'now').mockImplementation(() => clock.now());
  const { state, fetchKeys } = await issuer();
  const metrics = createMetrics();
  const authenticate = createAuthenticator(auth, { clock, metrics, fetch: fetchKeys });
  return { clock, state, metrics, authenticate, bearer: (token: string) => authenticate(`Bearer ${token}`) };
}
type Rig = Awaited<ReturnType<typeof setUp>>;
let rig: Rig;
beforeEach(async () => {
  rig = await setUp();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const CLAIMS: JWTPayload = { iss: jwt.issuer, aud: jwt.audience, sub: 'jane', exp: START / 1000 + 600 };
function sign(claims: Record<string, unknown> = {}, header: Record<string, string> = {}, key = keys.privateKey) {
  return new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key);
}

describe('API keys', () => {
  test('are recognised by their digest', async () => {
    expect(await rig.bearer('key-one')).toEqual({
      name: 'wallboard',
      accounts: new Set(['kore-main']),
      scopes: new Set(['read']),
    });
  });

  test('may look like a token, may have all accounts, or none', async () => {
    expect(await rig.bearer('key.two.three')).toMatchObject({ name: 'all', accounts: null });
    expect(await rig.bearer('key-three')).toMatchObject({ accounts: new Set(), scopes: new Set() });
    expect(rig.state.asked).toBe(0);
  });

  test('the scheme may be written in any case', async () => {
    expect(await rig.authenticate('bearer  key-one')).toMatchObject({ name: 'wallboard' });
  });
});

describe('strangers', () => {
  test.each([
    { who: 'no header', authorization: undefined, failure: 'missing' },
    { who: 'an empty header', authorization: '', failure: 'missing' },
    { who: 'another scheme', authorization: 'Basic a2V5LW9uZQ==', failure: 'malformed' },
    { who: 'no scheme', authorization: 'key-one', failure: 'malformed' },
    { who: 'a scheme before the scheme', authorization: 'Basic Bearer key-one', failure: 'malformed' },
    { who: 'no key', authorization: 'Bearer', failure: 'malformed' },
    { who: 'two keys', authorization: 'Bearer a b', failure: 'malformed' },
    { who: 'another key', authorization: 'Bearer key-two', failure: 'unknown_key' },
    { who: 'the digest of a key', authorization: `Bearer ${sha256('key-one')}`, failure: 'unknown_key' },
    { who: 'three parts that are no token', authorization: 'Bearer a.b.c', failure: 'malformed' },
    { who: 'something long', authorization: `Bearer ${'x'.repeat(8192)}`, failure: 'unknown_key' },
    { who: 'something endless', authorization: `Bearer ${'x'.repeat(8193)}`, failure: 'too_long' },
  ])('come with $who', async ({ authorization, failure }) => {
    expect(await rig.authenticate(authorization)).toEqual({ failure });
    expect(await rig.metrics.text()).toContain(`switchboard_auth_failures_total{reason="${failure}"} 1`);
  });
});

describe('tokens', () => {
  test('of the issuer, for this audience, in their time, are recognised', async () => {
    expect(await rig.bearer(await sign())).toEqual({ name: 'jwt:jane', accounts: null, scopes: new Set(['read']) });
    expect(await rig.bearer(await sign({ aud: ['other', 'switchboard'] }))).toMatchObject({ name: 'jwt:jane' });
  });

  test('need not name their bearer, and work where there are no keys', async () => {
    const { bearer } = await setUp({ jwt });
    expect(await bearer(await sign({ sub: undefined }))).toMatchObject({ name: 'jwt' });
  });

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    'may be signed with %s',
    async (alg) => {
      const own = await generateKeyPair(alg, { extractable: true });
      rig.state.keys = [{ ...(await exportJWK(own.publicKey)), kid: 'k1', alg }];
      expect(await rig.bearer(await sign({}, { alg }, own.privateKey))).toMatchObject({ name: 'jwt:jane' });
    },
  );

  test('say what their bearer may', async () => {
    const claims = { scope: 'openid introspect metrics', accounts: ['lp'] };
    expect(await rig.bearer(await sign(claims))).toMatchObject({
      accounts: new Set(['lp']),
      scopes: new Set(['introspect', 'metrics']),
    });
  });

  test.each([
    [{ scope: '' }, { scopes: new Set() }],
    [{ scope: ['read'] }, { scopes: new Set() }],
    [{ scope: 'READ' }, { scopes: new Set() }],
    [{ accounts: [] }, { accounts: new Set() }],
    [{ accounts: 'lp' }, { accounts: new Set() }],
    [{ accounts: null }, { accounts: new Set() }],
    [{ accounts: ['lp', 1] }, { accounts: new Set() }],
  ])('that say %j grant no more than that', async (claims, expected) => {
    expect(await rig.bearer(await sign(claims))).toMatchObject(expected);
  });

  test.each<{ what: string; claims: Record<string, unknown>; failure: string }>([
    { what: 'of another issuer', claims: { iss: 'https://evil.example.com/' }, failure: 'bad_claims' },
    { what: 'of nobody', claims: { iss: undefined }, failure: 'bad_claims' },
    { what: 'for another audience', claims: { aud: 'other' }, failure: 'bad_claims' },
    { what: 'for everybody', claims: { aud: undefined }, failure: 'bad_claims' },
    { what: 'for ever', claims: { exp: undefined }, failure: 'bad_claims' },
    { what: 'of the past', claims: { exp: START / 1000 - 31 }, failure: 'expired' },
    { what: 'of the future', claims: { nbf: START / 1000 + 31 }, failure: 'bad_claims' },
  ])('$what are not', async ({ claims, failure }) => {
    expect(await rig.bearer(await sign(claims))).toEqual({ failure });
  });

  test('may be half a minute off, since clocks are', async () => {
    expect(await rig.bearer(await sign({ exp: START / 1000 - 29 }))).toMatchObject({ name: 'jwt:jane' });
    expect(await rig.bearer(await sign({ nbf: START / 1000 + 29 }))).toMatchObject({ name: 'jwt:jane' });
  });

  test('run out by the gateway’s clock', async () => {
    const token = await sign();
    rig.clock.advance(631_000);
    expect(await rig.bearer(token)).toEqual({ failure: 'expired' });
  });

  test('that somebody else signed, or changed, are not', async () => {
    expect(await rig.bearer(await sign({}, {}, strangerKeys.privateKey))).toEqual({ failure: 'bad_signature' });
    const [header, , signature] = (await sign()).split('.');
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'root' })).toString('base64url');
    expect(await rig.bearer([header, payload, signature].join('.'))).toEqual({ failure: 'bad_signature' });
  });

  test('without a signature, or signed with the public key as if it were a secret, are not', async () => {
    expect(await rig.bearer(`${new UnsecuredJWT(CLAIMS).encode()}x`)).toMatchObject({ failure: expect.any(String) });
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', kid: 'k1' })}.${part(CLAIMS)}`;
    const mac = createHmac('sha256', await exportSPKI(keys.publicKey))
      .update(signed)
      .digest('base64url');
    expect(await rig.bearer(`${signed}.${mac}`)).toEqual({ failure: 'bad_algorithm' });
  });

  test('are unknown where none are configured', async () => {
    const { bearer } = await setUp({ apiKeys });
    expect(await bearer(await sign())).toEqual({ failure: 'unknown_key' });
  });
});

describe('the issuer’s keys', () => {
  test('are fetched once for all who come at the same time, and kept', async () => {
    const token = await sign({ exp: START / 1000 + 9000 });
    await Promise.all(Array.from({ length: 20 }, () => rig.bearer(token)));
    rig.clock.advance(599_000);
    await rig.bearer(token);
    expect(rig.state.asked).toBe(1);
  });

  test('still serve for ten minutes when the issuer is gone; then nobody can be told, which is not the caller’s fault', async () => {
    const token = await sign({ exp: START / 1000 + 9000 });
    await rig.bearer(token);
    rig.state.down = true;
    rig.clock.advance(599_000);
    expect(await rig.bearer(token)).toMatchObject({ name: 'jwt:jane' });
    rig.clock.advance(2_000);
    expect(await rig.bearer(token)).toEqual({ failure: 'keys_unavailable' });
  });

  test('cannot be made to be fetched by made-up key ids', async () => {
    await rig.bearer(await sign());
    for (let i = 0; i < 100; i++) {
      expect(await rig.bearer(await sign({}, { kid: `made-up-${i}` }))).toEqual({ failure: 'unknown_signer' });
    }
    rig.clock.advance(29_000);
    expect(await rig.bearer(await sign({}, { kid: 'made-up' }))).toEqual({ failure: 'unknown_signer' });
    expect(rig.state.asked).toBe(1);
    rig.clock.advance(2_000);
    for (let i = 0; i < 10; i++) await rig.bearer(await sign({}, { kid: `made-up-${i}` }));
    expect(rig.state.asked).toBe(2);
  });

  test('that are new are found half a minute after the last look', async () => {
    await rig.bearer(await sign());
    const fresh = await generateKeyPair('ES256');
    rig.state.keys = [{ ...(await exportJWK(fresh.publicKey)), kid: 'k2' }];
    rig.clock.advance(31_000);
    expect(await rig.bearer(await sign({}, { kid: 'k2' }, fresh.privateKey))).toMatchObject({ name: 'jwt:jane' });
  });

  test('an unknown signer stays one while the issuer is down and the keys are still good', async () => {
    await rig.bearer(await sign());
    rig.state.down = true;
    rig.clock.advance(31_000);
    expect(await rig.bearer(await sign({}, { kid: 'k2' }))).toEqual({ failure: 'unknown_signer' });
  });

  test('that never came: nobody can be told, and the issuer is left alone for a while', async () => {
    rig.state.down = true;
    for (let i = 0; i < 10; i++) expect(await rig.bearer(await sign())).toEqual({ failure: 'keys_unavailable' });
    rig.clock.advance(4_900);
    expect(await rig.bearer(await sign())).toEqual({ failure: 'keys_unavailable' });
    expect(rig.state.asked).toBe(1);
    rig.state.down = false;
    rig.clock.advance(100);
    expect(await rig.bearer(await sign())).toMatchObject({ name: 'jwt:jane' });
    expect(await rig.bearer('key-one')).toMatchObject({ name: 'wallboard' });
  });
});

describe('an issuer that misbehaves', () => {
  test.each([
    ['an error', { status: 503 }],
    ['a redirect', { status: 302 }],
    ['no set of keys', { keys: undefined }],
    ['more than 256 KiB', { padding: 'x'.repeat(256 * 1024) }],
  ])('and answers with %s counts as gone, and is left alone for a while', async (_what, answer) => {
    Object.assign(rig.state, answer);
    for (let i = 0; i < 10; i++) expect(await rig.bearer(await sign())).toEqual({ failure: 'keys_unavailable' });
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
    const authenticate = createAuthenticator(
      { jwt },
      { clock: rig.clock, metrics: rig.metrics, fetch: () => Promise.resolve(new Response(endless)) },
    );
    expect(await authenticate(`Bearer ${await sign()}`)).toEqual({ failure: 'keys_unavailable' });
    expect(await cut.promise).toBe('cut');
  });

  test('may have very many keys', async () => {
    rig.state.padding = 'x'.repeat(250 * 1024);
    expect(await rig.bearer(await sign())).toMatchObject({ name: 'jwt:jane' });
  });
});

test('without any configuration everybody may everything', async () => {
  const authenticate = createAuthenticator(undefined, { clock: rig.clock, metrics: rig.metrics });
  expect(await authenticate(undefined)).toBe(anybody);
  expect(await authenticate('Bearer whatever')).toBe(anybody);
});
