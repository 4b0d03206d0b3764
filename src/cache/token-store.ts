import { z } from 'zod';
import { Secret } from '../config/secret.ts';
import type { Instant } from '../domain/clock.ts';
import { fetchWithLease } from './leased-fetch.ts';
import type { Leases } from './leases.ts';
import { redisKey } from './redis-keys.ts';
import { type RedisTime, SAME_TIME } from './redis-time.ts';
import type { RedisConnection } from './redis.ts';
import type { SteadyClock } from './steady-clock.ts';
import { createTokenCipher } from './token-encryption.ts';

/** An access token that processes share. Its times are of the wall clock of this process, and of Redis while it is stored there. */
export interface SharedToken {
  readonly text: Secret;
  /** From when a new token should be fetched. */
  readonly renewAt: Instant;
  readonly expiresAt: Instant;
}

export interface TokenRequest {
  /** Distinguishes the token from others of the account. */
  readonly name: string;
  /** The credential that the token was obtained with: a process without it cannot read the token. */
  readonly secret: Secret;
  readonly isUsable: (token: SharedToken) => boolean;
  /** Obtains a new token. */
  readonly fetch: () => Promise<SharedToken>;
}

/** One account's tokens, fetched by one process and shared by all; encrypted in Redis. */
export interface SharedTokenStore {
  /** Returns a usable token, fetched by this process or another. Rejects as `fetch` does. */
  readonly getOrFetch: (request: TokenRequest) => Promise<SharedToken>;
}

export interface SharedTokenStoreOptions {
  readonly redis: RedisConnection;
  readonly leases: Leases;
  readonly clock: SteadyClock;
  readonly redisTime?: RedisTime;
  /** Distinguishes the account from every other one. */
  readonly fingerprint: string;
  readonly shutdownSignal: AbortSignal;
}

const tokenSchema = z.object({ text: z.string(), renewAt: z.number(), expiresAt: z.number() });

export function createSharedTokenStore(options: SharedTokenStoreOptions): SharedTokenStore {
  const { leases, clock, fingerprint, shutdownSignal } = options;
  return {
    async getOrFetch({ name, secret, isUsable, fetch }) {
      const id = JSON.stringify(['token', fingerprint, name]);
      const storedToken = createStoredToken(options, id, secret);
      const tokens = await fetchWithLease([id], {
        leases,
        clock,
        signal: shutdownSignal,
        read: async () => {
          const token = await storedToken.read();
          return new Map(token && isUsable(token) ? [[id, token]] : []);
        },
        fetch: async () => {
          const token = await fetch();
          const persisted = storedToken.write(token).then((isPersisted) => (isPersisted ? [id] : []));
          return { results: new Map([[id, token]]), persisted };
        },
      });
      return tokens.get(id) ?? fetch();
    },
  };
}

/** Reads and writes one encrypted token in Redis. */
function createStoredToken(
  { redis, clock, redisTime = SAME_TIME }: SharedTokenStoreOptions,
  id: string,
  secret: Secret,
) {
  const toRedisTime = (at: Instant): Instant => Math.round(clock.toSteady(at) + redisTime.offsetMs());
  const fromRedisTime = (at: Instant): Instant => clock.toWallClock(at - redisTime.offsetMs());
  const tokenKey = redisKey('token', id);
  const cipher = createTokenCipher(secret.reveal(), id);
  return {
    async read(): Promise<SharedToken | null> {
      const sealed = await redis.tryRun('token', null, (client) => client.get(tokenKey));
      const token = typeof sealed === 'string' ? parseToken(cipher.open(sealed)) : null;
      return token && convertTimes(token, fromRedisTime);
    },
    /** Resolves to false for a token that has already expired. */
    async write(token: SharedToken): Promise<boolean> {
      const ttlMs = Math.floor(clock.toSteady(token.expiresAt) - clock.now());
      if (ttlMs <= 0) return false;
      const sealed = cipher.seal(JSON.stringify({ ...convertTimes(token, toRedisTime), text: token.text.reveal() }));
      await redis.tryRun('token', null, (client) => client.set(tokenKey, sealed, { PX: ttlMs }));
      return true;
    },
  };
}

function convertTimes(token: SharedToken, convert: (at: Instant) => Instant): SharedToken {
  return { ...token, renewAt: convert(token.renewAt), expiresAt: convert(token.expiresAt) };
}

function parseToken(text: string | null): SharedToken | null {
  if (text === null) return null;
  // The text was sealed with the secret, so it is authentic, but it may come from another version.
  const parsed = tokenSchema.safeParse(JSON.parse(text));
  return parsed.success ? { ...parsed.data, text: new Secret(parsed.data.text) } : null;
}
