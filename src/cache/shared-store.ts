import Keyv from 'keyv';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import { inPortions, MOST_KEYS } from './portions.ts';
import { hashed, LONG_PATIENCE, namespaceOf, PATIENCE, type Redis } from './redis.ts';
import type { Entry, Store } from './store.ts';

const stored = z.object({
  key: z.string(),
  value: z.unknown(),
  notFound: z.object({ message: z.string(), reason: z.string().nullable(), status: z.number().nullable() }).optional(),
  fetchedAt: z.number(),
  freshUntil: z.number(),
  keepUntil: z.number(),
});

/**
 * Entries in Redis or Valkey, shared by all processes of the gateway, through Keyv. Whatever goes wrong there (down, slow,
 * full, garbage) makes a miss, soon. What is read or written in one go leaves in one go, in portions that hold up nobody: the
 * client sends together what it is asked for in the same turn.
 */
export function createSharedStore(redis: Redis, clock: Clock): Store {
  const keyv = new Keyv({
    store: redis.adapter,
    namespace: namespaceOf('entry'),
    useKeyPrefix: false,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize,
  });
  // It repeats what the attempts reject with.
  keyv.on('error', () => undefined);
  const writing = new Set<Promise<unknown>>();
  // Whoever has to wait for the turn does so on no patience of Redis's.
  const inTurn = pLimit(MOST_KEYS);

  return {
    getMany: (keys) => {
      const portions = inPortions(keys);
      const read = async (portion: readonly string[]) => {
        const found = await keyv.getMany<unknown>(portion.map(hashed));
        return portion.map((key, index) => readEntry(found[index], key));
      };
      return redis.attempt('get', [], async () => (await Promise.all(portions.map(read))).flat(), {
        patience: PATIENCE * portions.length,
      });
    },
    async set(key, entry) {
      const write = inTurn(async () => {
        // Redis takes whole milliseconds only.
        const keepMs = Math.ceil(entry.keepUntil - clock.now());
        if (keepMs <= 0) return;
        await redis.attempt('set', false, () => keyv.set(hashed(key), { key, ...entry }, keepMs), {
          patience: LONG_PATIENCE,
        });
      });
      writing.add(write);
      await write;
      writing.delete(write);
    },
    async close() {
      // Each write ends soon, one way or the other.
      await Promise.all(writing);
      await redis.close();
    },
  };
}

/** A broken value is a miss, and no reason to leave the others alone. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the form that Keyv prescribes
function deserialize<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** The entry, if it is one and belongs to the key: a foreign or broken value is a miss. */
function readEntry(found: unknown, key: string): Entry | undefined {
  const entry = stored.safeParse(found);
  return entry.success && entry.data.key === key ? entry.data : undefined;
}
