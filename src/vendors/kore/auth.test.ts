import { expect, jest, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { manualClock } from '../../../test/support/clock.ts';
import { KORE_ENTRY } from '../../../test/support/kore/account.ts';
import { createSigner } from './auth.ts';
import { config } from './config.ts';

const NOW = Date.parse('2024-05-15T12:00:00Z');
function signer(more: object = {}) {
  return createSigner(config.parse({ ...KORE_ENTRY, ...more }), manualClock(NOW));
}
const key = new TextEncoder().encode(KORE_ENTRY.clientSecret);

test('signs a token like the vendor’s own sample: HS256, an appId and a subject, nothing else', async () => {
  const { auth } = await signer()();
  expect(decodeProtectedHeader(auth)).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(decodeJwt(auth)).toEqual({ sub: 'switchboard', appId: KORE_ENTRY.clientId });
});

test.each(['HS256', 'HS512'])('signs a token with the client secret by %s', async (algorithm) => {
  const { auth } = await signer({ algorithm })();
  await expect(jwtVerify(auth, key, { algorithms: [algorithm] })).resolves.toBeDefined();
  await expect(jwtVerify(auth, new TextEncoder().encode('another'))).rejects.toThrow();
});

test('adds iat and exp when a lifetime is configured', async () => {
  const { auth } = await signer({ tokenLifetimeSeconds: 300, tokenSubject: 'reports' })();
  expect(decodeJwt(auth)).toMatchObject({ sub: 'reports', iat: NOW / 1000, exp: NOW / 1000 + 300 });
});

test('adds a unique jti when ids are enforced', async () => {
  const sign = signer({ tokenId: true });
  const ids = await Promise.all([sign(), sign()]).then((tokens) => tokens.map(({ auth }) => decodeJwt(auth).jti));
  expect(new Set(ids).size).toBe(2);
  expect(ids).not.toContain(undefined);
});

test('signs a token again only where it differs from the one before', async () => {
  const clock = manualClock(NOW);
  const signedBy = async (settings: object): Promise<number> => {
    const sign = createSigner(config.parse({ ...KORE_ENTRY, ...settings }), clock);
    const { mock } = jest.spyOn(SignJWT.prototype, 'sign').mockClear();
    for (let i = 0; i < 3; i += 1) await sign();
    clock.advance(1000);
    await sign();
    return mock.calls.length;
  };
  expect(await signedBy({})).toBe(1);
  expect(await signedBy({ tokenLifetimeSeconds: 300 })).toBe(2);
  expect(await signedBy({ tokenId: true })).toBe(4);
});
