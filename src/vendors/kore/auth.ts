import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock } from '../../domain/clock.ts';
import type { KoreConfig } from './config.ts';

/**
 * Creates the authentication header `auth`: a JSON Web Token that the gateway signs itself with the app's client secret (no
 * token endpoint exists). The vendor identifies the app by the claim `appId`, spelled exactly so. Every attempt gets a token
 * of its own, which takes microseconds, so no token can expire or be used twice.
 * Source: https://docs.kore.ai/xo/apis/automation/api-introduction/
 */
export function createSigner(config: KoreConfig, clock: Clock): () => Promise<{ readonly auth: string }> {
  const key = new TextEncoder().encode(config.clientSecret.reveal());

  return async () => {
    const token = new SignJWT({ appId: config.clientId })
      .setProtectedHeader({ alg: config.algorithm, typ: 'JWT' })
      .setSubject(config.tokenSubject);
    if (config.tokenId) token.setJti(randomUUID());
    if (config.tokenLifetimeSeconds !== undefined) {
      const issuedAt = Math.floor(clock.now() / 1000);
      token.setIssuedAt(issuedAt).setExpirationTime(issuedAt + config.tokenLifetimeSeconds);
    }
    return { auth: await token.sign(key) };
  };
}
