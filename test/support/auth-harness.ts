import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { AuthConfig } from '../../src/config/settings.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createAuthenticator } from '../../src/server/auth.ts';
import { manualClock } from './clock.ts';

export const START_TIME = Date.parse('2026-11-20T12:00:00Z');
const UPTIME_MS = 3_600_000;

export function sha256(text: string) {
  return createHash('sha256').update(text).digest('hex');
}

export const apiKeys = [
  { name: 'wallboard', sha256: sha256('key-one').toUpperCase(), accounts: ['kore-main'], scopes: ['read' as const] },
  { name: 'all', sha256: sha256('key.two.three'), scopes: ['read' as const, 'introspect' as const] },
  { name: 'none', sha256: sha256('key-three'), accounts: [], scopes: [] },
];

export const jwt = {
  issuer: 'https://id.example.com/',
  audience: 'switchboard',
  jwksUri: new URL('https://id.example.com/jwks.json'),
  claims: { scopes: 'scope', accounts: 'accounts', requireAccounts: false },
};

export const CLAIMS: JWTPayload = { iss: jwt.issuer, aud: jwt.audience, sub: 'jane', exp: START_TIME / 1000 + 600 };

/** An authenticator with a fake issuer, which signs tokens, can be taken down and counts its requests. */
export async function createAuthHarness(auth: AuthConfig = { apiKeys, jwt }) {
  // Starts above zero, like the monotonic clock of a process that has run for a while.
  const clock = manualClock(START_TIME - UPTIME_MS);
  clock.advance(UPTIME_MS);
  const keys = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1' };
  const state = { down: false, hangs: false, status: 200, fetchCount: 0, keys: [jwk] as JWK[], padding: '' };
  const metrics = createMetrics();
  const authenticate = createAuthenticator(auth, {
    clock,
    metrics,
    fetch: () => {
      state.fetchCount += 1;
      if (state.hangs) return new Promise<never>(() => undefined);
      if (state.down) return Promise.reject(new TypeError('fetch failed'));
      return Promise.resolve(Response.json({ keys: state.keys, padding: state.padding }, { status: state.status }));
    },
  });
  return {
    clock,
    keys,
    state,
    metrics,
    authenticate,
    authenticateBearer: async (token: string) => authenticate(`Bearer ${token}`, '127.0.0.1'),
    sign: (claims: Record<string, unknown> = {}, header: Record<string, string> = {}, key = keys.privateKey) =>
      new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key),
  };
}

export type AuthHarness = Awaited<ReturnType<typeof createAuthHarness>>;
