import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, UnsecuredJWT } from 'jose';
import { createAuthenticator } from './auth.ts';
import { anonymousCaller } from '../request/caller.ts';
import {
  apiKeys,
  type AuthHarness,
  CLAIMS,
  jwt,
  createAuthHarness,
  sha256,
  START_TIME,
} from '../../test/support/auth-harness.ts';

let harness: AuthHarness;
beforeEach(async () => {
  harness = await createAuthHarness();
});

describe('API keys', () => {
  test('are recognised by their digest', async () => {
    expect(await harness.authenticateBearer('key-one')).toEqual({
      name: 'wallboard',
      accounts: new Set(['kore-main']),
      scopes: new Set(['read']),
    });
  });

  test('may look like a token, may have all accounts, or none', async () => {
    expect(await harness.authenticateBearer('key.two.three')).toMatchObject({ name: 'all', accounts: null });
    expect(await harness.authenticateBearer('key-three')).toMatchObject({ accounts: new Set(), scopes: new Set() });
    expect(harness.state.fetchCount).toBe(0);
  });

  test('the scheme may be written in any case', async () => {
    expect(await harness.authenticate('bearer  key-one')).toMatchObject({ name: 'wallboard' });
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
    expect(await harness.authenticate(authorization)).toEqual({ failure });
    expect(await harness.metrics.text()).toContain(`switchboard_auth_failures_total{reason="${failure}"} 1`);
  });
});

describe('tokens', () => {
  test('of the issuer, for this audience, in their time, are recognised', async () => {
    expect(await harness.authenticateBearer(await harness.sign())).toEqual({
      name: 'jwt:jane',
      accounts: null,
      scopes: new Set(['read']),
    });
    expect(await harness.authenticateBearer(await harness.sign({ aud: ['other', 'switchboard'] }))).toMatchObject({
      name: 'jwt:jane',
    });
  });

  test('need not name their bearer, and work where there are no keys', async () => {
    const { authenticateBearer, sign } = await createAuthHarness({ jwt });
    expect(await authenticateBearer(await sign({ sub: undefined }))).toMatchObject({ name: 'jwt' });
  });

  test.each([
    [{ sub: 'jane', client_id: 'wallboard', azp: 'other' }, 'jwt:jane'],
    [{ client_id: 'wallboard', azp: 'other' }, 'jwt:wallboard'],
    [{ azp: 'other' }, 'jwt:other'],
    [{ sub: '', client_id: '', azp: 'other' }, 'jwt:other'],
    [{ sub: 42, client_id: { toString: 'x' }, azp: ['other'] }, 'jwt'],
    [{ sub: null, client_id: '', azp: null }, 'jwt'],
  ])('that say %j are told apart by the first name among these', async (claims, name) => {
    expect(await harness.authenticateBearer(await harness.sign({ sub: undefined, ...claims }))).toMatchObject({ name });
  });

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    'may be signed with %s',
    async (alg) => {
      const own = await generateKeyPair(alg, { extractable: true });
      harness.state.keys = [{ ...(await exportJWK(own.publicKey)), kid: 'k1', alg }];
      expect(await harness.authenticateBearer(await harness.sign({}, { alg }, own.privateKey))).toMatchObject({
        name: 'jwt:jane',
      });
    },
  );

  test('say what their bearer may', async () => {
    const claims = { scope: 'openid introspect metrics', accounts: ['lp'] };
    expect(await harness.authenticateBearer(await harness.sign(claims))).toMatchObject({
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
    expect(await harness.authenticateBearer(await harness.sign(claims))).toMatchObject(expected);
  });

  test.each<{ what: string; claims: Record<string, unknown>; failure: string }>([
    { what: 'of another issuer', claims: { iss: 'https://evil.example.com/' }, failure: 'bad_claims' },
    { what: 'of nobody', claims: { iss: undefined }, failure: 'bad_claims' },
    { what: 'for another audience', claims: { aud: 'other' }, failure: 'bad_claims' },
    { what: 'for everybody', claims: { aud: undefined }, failure: 'bad_claims' },
    { what: 'for ever', claims: { exp: undefined }, failure: 'bad_claims' },
    { what: 'of the past', claims: { exp: START_TIME / 1000 - 31 }, failure: 'expired' },
    { what: 'of the future', claims: { nbf: START_TIME / 1000 + 31 }, failure: 'bad_claims' },
    { what: 'made in the future', claims: { iat: START_TIME / 1000 + 31 }, failure: 'bad_claims' },
    { what: 'made at no time', claims: { iat: 'now' }, failure: 'bad_claims' },
  ])('$what are not', async ({ claims, failure }) => {
    expect(await harness.authenticateBearer(await harness.sign(claims))).toEqual({ failure });
  });

  test('may be half a minute off, since clocks are', async () => {
    expect(await harness.authenticateBearer(await harness.sign({ exp: START_TIME / 1000 - 29 }))).toMatchObject({
      name: 'jwt:jane',
    });
    expect(await harness.authenticateBearer(await harness.sign({ nbf: START_TIME / 1000 + 29 }))).toMatchObject({
      name: 'jwt:jane',
    });
    expect(await harness.authenticateBearer(await harness.sign({ iat: START_TIME / 1000 + 30 }))).toMatchObject({
      name: 'jwt:jane',
    });
  });

  test('run out by the gateway’s clock', async () => {
    const token = await harness.sign();
    harness.clock.advance(631_000);
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'expired' });
  });

  test('that somebody else signed, or changed, are not', async () => {
    const stranger = await generateKeyPair('ES256');
    expect(await harness.authenticateBearer(await harness.sign({}, {}, stranger.privateKey))).toEqual({
      failure: 'bad_signature',
    });
    const [header, , signature] = (await harness.sign()).split('.');
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'root' })).toString('base64url');
    expect(await harness.authenticateBearer([header, payload, signature].join('.'))).toEqual({
      failure: 'bad_signature',
    });
  });

  test('without a signature, or signed with the public key as if it were a secret, are not', async () => {
    expect(await harness.authenticateBearer(`${new UnsecuredJWT(CLAIMS).encode()}x`)).toMatchObject({
      failure: expect.any(String),
    });
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', kid: 'k1' })}.${part(CLAIMS)}`;
    const mac = createHmac('sha256', await exportSPKI(harness.keys.publicKey))
      .update(signed)
      .digest('base64url');
    expect(await harness.authenticateBearer(`${signed}.${mac}`)).toEqual({ failure: 'bad_algorithm' });
  });

  test('are unknown where none are configured', async () => {
    const { authenticateBearer, sign } = await createAuthHarness({ apiKeys });
    expect(await authenticateBearer(await sign())).toEqual({ failure: 'unknown_key' });
  });
});

test('without any configuration everybody may everything', async () => {
  const authenticate = createAuthenticator(undefined, { clock: harness.clock, metrics: harness.metrics });
  expect(await authenticate(undefined)).toBe(anonymousCaller);
  expect(await authenticate('Bearer whatever')).toBe(anonymousCaller);
});
