import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';

/** How long the issuer is left alone after it was asked. */
const PAUSE = 5 * SECOND;

/** Hundreds of keys. */
const MOST_BYTES = 256 * 1024;

/** The issuer's keys cannot be had, so that no token can be judged: the issuer's fault or ours, never the caller's. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/**
 * The issuer's public keys: fetched when first needed, kept for ten minutes, and asked for again because of an unknown key
 * at most every thirty seconds, however many tokens name made-up ones.
 */
export function createSigningKeys(uri: URL, clock: Clock, fetchKeys: FetchImplementation): JWTVerifyGetKey {
  let askedAt = -Infinity;
  const keys = createRemoteJWKSet(uri, {
    timeoutDuration: 5 * SECOND,
    cooldownDuration: 30 * SECOND,
    cacheMaxAge: 10 * MINUTE,
    [customFetch]: async (url, options) => {
      // jose itself pauses after a success only.
      if (clock.elapsed() - askedAt < PAUSE) throw new KeysUnavailable();
      try {
        return bounded(await fetchKeys(url, options));
      } finally {
        askedAt = clock.elapsed();
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

/** The same answer, which breaks off where it gets too large. */
function bounded(answer: Response): Response {
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) controller.error(new KeysUnavailable());
      else controller.enqueue(chunk);
    },
  });
  return new Response(answer.body?.pipeThrough(counter) ?? null, answer);
}
