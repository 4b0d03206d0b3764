import { z } from 'zod';
import { Secret } from '../config/secret.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { fetchWithLease } from './leased-fetch.ts';
import type { Leases } from './leases.ts';
import { hashKey, redisNamespace, type RedisConnection } from './redis.ts';
import { createTokenCipher } from './token-encryption.ts';

/** A token, as one process tells it to another. */
export interface SharedToken {
  readonly text: Secret;
  /** From then on a new one is better fetched. */
  readonly renewAt: Instant;
  readonly expiresAt: Instant;
}

export interface TokenRequest {
  /** Tells the token from others of the account. */
  readonly name: string;
  /** What the token was got with: who does not have it cannot read the token. */
  readonly secret: Secret;
  readonly isUsable: (token: SharedToken) => boolean;
  /** Gets a new one. */
  readonly fetch: () => Promise<SharedToken>;
}

/** One account's tokens, shared by all processes and fetched by one; in Redis they are sealed. */
export interface SharedTokenStore {
  /** A usable token, whoever fetched it. Rejects as `fetch` does. */
  readonly getOrFetch: (request: TokenRequest) => Promise<SharedToken>;
}

const tokenSchema = z.object({ text: z.string(), renewAt: z.number(), expiresAt: z.number() });

export interface SharedTokenStoreOptions {
  readonly redis: RedisConnection;
  readonly leases: Leases;
  readonly clock: Clock;
  /** Tells the account from every other one. */
  readonly fingerprint: string;
  readonly shutdownSignal: AbortSignal;
}

export function createSharedTokenStore({
  redis,
  leases,
  clock,
  fingerprint,
  shutdownSignal,
}: SharedTokenStoreOptions): SharedTokenStore {
  return {
    async getOrFetch({ name, secret, isUsable, fetch }) {
      const id = JSON.stringify(['token', fingerprint, name]);
      const redisKey = `${redisNamespace('token')}::${hashKey(id)}`;
      const cipher = createTokenCipher(secret.reveal(), id);

      async function read(): Promise<ReadonlyMap<string, SharedToken>> {
        const sealed = await redis.tryRun('token', null, (client) => client.get(redisKey));
        const token = typeof sealed === 'string' ? parseToken(cipher.open(sealed)) : null;
        return new Map(token && isUsable(token) ? [[id, token]] : []);
      }

      async function write(token: SharedToken): Promise<readonly string[]> {
        const ttlMs = Math.floor(token.expiresAt - clock.now());
        if (ttlMs <= 0) return [];
        const sealed = cipher.seal(JSON.stringify({ ...token, text: token.text.reveal() }));
        await redis.tryRun('token', null, (client) => client.set(redisKey, sealed, { PX: ttlMs }));
        return [id];
      }

      const tokens = await fetchWithLease([id], {
        leases,
        clock,
        signal: shutdownSignal,
        read,
        fetch: async () => {
          const token = await fetch();
          return { results: new Map([[id, token]]), persisted: write(token) };
        },
      });
      return tokens.get(id) ?? fetch();
    },
  };
}

function parseToken(text: string | null): SharedToken | null {
  if (text === null) return null;
  // Whoever sealed it had the secret: no stranger wrote this, but perhaps another version.
  const parsed = tokenSchema.safeParse(JSON.parse(text));
  return parsed.success ? { ...parsed.data, text: new Secret(parsed.data.text) } : null;
}
