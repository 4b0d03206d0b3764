import { z } from 'zod';
import { Secret } from '../config/secret.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { fetchOnce } from './fetch-once.ts';
import type { Leases } from './leases.ts';
import { hashed, namespaceOf, type Redis } from './redis.ts';
import { createSeal } from './sealing.ts';

/** A token, as one process tells it to another. */
export interface SharedToken {
  readonly text: Secret;
  /** From then on a new one is better fetched. */
  readonly renewAt: Instant;
  readonly expiresAt: Instant;
}

export interface Wanted {
  /** Tells the token from others of the account. */
  readonly name: string;
  /** What the token was got with: who does not have it cannot read the token. */
  readonly secret: Secret;
  readonly isUsable: (token: SharedToken) => boolean;
  /** Gets a new one. */
  readonly fetch: () => Promise<SharedToken>;
}

/** One account's tokens, shared by all processes and fetched by one; in Redis they are sealed. */
export interface Vault {
  /** A usable token, whoever fetched it. Rejects as `fetch` does. */
  readonly obtain: (wanted: Wanted) => Promise<SharedToken>;
}

const form = z.object({ text: z.string(), renewAt: z.number(), expiresAt: z.number() });

export interface VaultOptions {
  readonly redis: Redis;
  readonly leases: Leases;
  readonly clock: Clock;
  /** Tells the account from every other one. */
  readonly identity: string;
  readonly closing: AbortSignal;
}

export function createVault({ redis, leases, clock, identity, closing }: VaultOptions): Vault {
  return {
    async obtain({ name, secret, isUsable, fetch }) {
      const id = JSON.stringify(['token', identity, name]);
      const place = `${namespaceOf('token')}::${hashed(id)}`;
      const seal = createSeal(secret.reveal(), id);

      async function read(): Promise<ReadonlyMap<string, SharedToken>> {
        const sealed = await redis.attempt('token', null, (client) => client.get(place));
        const token = typeof sealed === 'string' ? tokenIn(seal.open(sealed)) : null;
        return new Map(token && isUsable(token) ? [[id, token]] : []);
      }

      async function write(token: SharedToken): Promise<readonly string[]> {
        const keepMs = Math.floor(token.expiresAt - clock.now());
        if (keepMs <= 0) return [];
        const sealed = seal.close(JSON.stringify({ ...token, text: token.text.reveal() }));
        await redis.attempt('token', null, (client) => client.set(place, sealed, { PX: keepMs }));
        return [id];
      }

      const found = await fetchOnce([id], {
        leases,
        clock,
        signal: closing,
        read,
        fetch: async () => {
          const token = await fetch();
          return { results: new Map([[id, token]]), kept: write(token) };
        },
      });
      return found.get(id) ?? fetch();
    },
  };
}

function tokenIn(text: string | null): SharedToken | null {
  if (text === null) return null;
  // Whoever sealed it had the secret: no stranger wrote this, but perhaps another version.
  const read = form.safeParse(JSON.parse(text));
  return read.success ? { ...read.data, text: new Secret(read.data.text) } : null;
}
