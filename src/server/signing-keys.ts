import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';

/** How long the issuer is left alone after it failed to hand out its keys. */
const PAUSE_AFTER_FAILURE = 5 * SECOND;

/** The issuer's keys cannot be had, so that no token can be judged: the issuer's fault or ours, never the caller's. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/**
 * The issuer's public keys: fetched when first needed, kept for ten minutes, and asked for again because of an unknown key
 * at most every thirty seconds, however many tokens name made-up ones.
 */
export function createSigningKeys(uri: URL, clock: Clock, fetchKeys: FetchImplementation): JWTVerifyGetKey {
  let failedAt = -Infinity;
  const keys = createRemoteJWKSet(uri, {
    timeoutDuration: 5 * SECOND,
    cooldownDuration: 30 * SECOND,
    cacheMaxAge: 10 * MINUTE,
    [customFetch]: async (url, options) => {
      // jose pauses after a success only.
      if (clock.elapsed() - failedAt < PAUSE_AFTER_FAILURE) throw new KeysUnavailable();
      try {
        const response = await fetchKeys(url, options);
        if (!response.ok) failedAt = clock.elapsed();
        return response;
      } catch (error) {
        failedAt = clock.elapsed();
        throw error;
      }
    },
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch {
      throw keys.fresh ? new errors.JWKSNoMatchingKey() : new KeysUnavailable();
    }
  };
}
