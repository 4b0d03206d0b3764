import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock } from '../../domain/clock.ts';
import type { KoreConfig } from './config.ts';

/**
 * Creates the authentication header `auth`: a JSON Web Token that the gateway signs itself with the app's client secret (no
 * token endpoint exists). The vendor identifies the app by the claim `appId`, spelled exactly so. An attempt gets the token of the
 * one before only where it would be the same text: without an id, and without times or in the same second.
 * Source: https://docs.kore.ai/xo/apis/automation/api-introduction/
 */
export function createSigner(config: KoreConfig, clock: Clock): () => Promise<{ readonly auth: string }> {
  const key = new TextEncoder().encode(config.clientSecret.reveal());

  const sign = async (issuedAt: number | null): Promise<string> => {
    const token = new SignJWT({ appId: config.clientId })
      .setProtectedHeader({ alg: config.algorithm, typ: 'JWT' })
      .setSubject(config.tokenSubject);
    if (config.tokenId) token.setJti(randomUUID());
    if (issuedAt !== null) token.setIssuedAt(issuedAt).setExpirationTime(issuedAt + (config.tokenLifetimeSeconds ?? 0));
    return token.sign(key);
  };
  let last: { readonly issuedAt: number | null; readonly auth: string } | undefined;

  return async () => {
    const issuedAt = config.tokenLifetimeSeconds === undefined ? null : Math.floor(clock.now() / 1000);
    if (!config.tokenId && last?.issuedAt === issuedAt) return { auth: last.auth };
    const auth = await sign(issuedAt);
    last = { issuedAt, auth };
    return { auth };
  };
}
