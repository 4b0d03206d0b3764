import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, UnsecuredJWT } from 'jose';
import { type AuthHarness, CLAIMS, createAuthHarness, jwt, START_TIME } from '../../test/support/auth-harness.ts';

let harness: AuthHarness;
beforeEach(async () => {
  harness = await createAuthHarness();
});

describe('JSON Web Tokens', () => {
  test('accepts a token of the issuer for this audience within its validity', async () => {
    expect(await harness.authenticateBearer(await harness.sign())).toEqual({
      name: 'jwt:jane',
      accounts: null,
      scopes: new Set(['read']),
      // With the tolerance for clocks that differ.
      expiresAt: expect.any(Number),
    });
    expect(await harness.authenticateBearer(await harness.sign({ aud: ['other', 'switchboard'] }))).toMatchObject({
      name: 'jwt:jane',
    });
  });

  test('accepts a token without a subject, and a configuration without API keys', async () => {
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
  ])('names the caller of the claims %j after the first usable one: %s', async (claims, name) => {
    expect(await harness.authenticateBearer(await harness.sign({ sub: undefined, ...claims }))).toMatchObject({ name });
  });

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    'accepts a token signed with %s',
    async (alg) => {
      const own = await generateKeyPair(alg, { extractable: true });
      harness.state.keys = [{ ...(await exportJWK(own.publicKey)), kid: 'k1', alg }];
      expect(await harness.authenticateBearer(await harness.sign({}, { alg }, own.privateKey))).toMatchObject({
        name: 'jwt:jane',
      });
    },
  );

  test.each<{ what: string; claims: Record<string, unknown>; failure: string }>([
    { what: 'of another issuer', claims: { iss: 'https://evil.example.com/' }, failure: 'bad_claims' },
    { what: 'without an issuer', claims: { iss: undefined }, failure: 'bad_claims' },
    { what: 'for another audience', claims: { aud: 'other' }, failure: 'bad_claims' },
    { what: 'without an audience', claims: { aud: undefined }, failure: 'bad_claims' },
    { what: 'without an expiry', claims: { exp: undefined }, failure: 'bad_claims' },
    { what: 'that has expired', claims: { exp: START_TIME / 1000 - 31 }, failure: 'expired' },
    { what: 'that is not valid yet', claims: { nbf: START_TIME / 1000 + 31 }, failure: 'bad_claims' },
    { what: 'issued in the future', claims: { iat: START_TIME / 1000 + 31 }, failure: 'bad_claims' },
    { what: 'with a malformed time of issue', claims: { iat: 'now' }, failure: 'bad_claims' },
  ])('rejects a token $what as $failure', async ({ claims, failure }) => {
    expect(await harness.authenticateBearer(await harness.sign(claims))).toEqual({ failure });
  });

  test('tolerates a clock skew of 30 seconds in exp, nbf and iat', async () => {
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

  test('expires tokens by the gateway’s clock', async () => {
    const token = await harness.sign();
    harness.clock.advance(631_000);
    expect(await harness.authenticateBearer(token)).toEqual({ failure: 'expired' });
  });

  test('rejects a token signed by another key, or changed after signing', async () => {
    const otherKeys = await generateKeyPair('ES256');
    expect(await harness.authenticateBearer(await harness.sign({}, {}, otherKeys.privateKey))).toEqual({
      failure: 'bad_signature',
    });
    const [header, , signature] = (await harness.sign()).split('.');
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'root' })).toString('base64url');
    expect(await harness.authenticateBearer([header, payload, signature].join('.'))).toEqual({
      failure: 'bad_signature',
    });
  });

  test('rejects a token without a signature, or with an HMAC keyed by the public key', async () => {
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
});
