import Keyv from 'keyv';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import { chunk, MAX_KEYS_PER_COMMAND } from './chunk.ts';
import { hashKey, WRITE_TIMEOUT_MS, redisNamespace, COMMAND_TIMEOUT_MS, type RedisConnection } from './redis.ts';
import type { Entry, Store } from './store.ts';

const entrySchema = z.object({
  key: z.string(),
  value: z.unknown(),
  notFound: z.object({ message: z.string(), reason: z.string().nullable(), status: z.number().nullable() }).optional(),
  fetchedAt: z.number(),
  freshUntil: z.number(),
  expiresAt: z.number(),
});

/**
 * Entries in Redis or Valkey, shared by all processes of the gateway, through Keyv. Whatever goes wrong there (down, slow,
 * full, garbage) makes a miss, soon. What is read or written in one go leaves in one go, in portions that hold up nobody: the
 * client sends together what it is asked for in the same turn.
 */
export function createRedisStore(redis: RedisConnection, clock: Clock): Store {
  const keyv = new Keyv({
    store: redis.adapter,
    namespace: redisNamespace('entry'),
    useKeyPrefix: false,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize,
  });
  // It repeats what the attempts reject with.
  keyv.on('error', () => undefined);
  const pendingWrites = new Set<Promise<unknown>>();
  // Whoever has to wait for the turn does so on no patience of Redis's.
  const limitWrites = pLimit(MAX_KEYS_PER_COMMAND);

  return {
    getMany: (keys) => {
      const chunks = chunk(keys);
      const read = async (chunkKeys: readonly string[]) => {
        const values = await keyv.getMany<unknown>(chunkKeys.map(hashKey));
        return chunkKeys.map((key, index) => parseEntry(values[index], key));
      };
      return redis.tryRun('get', [], async () => (await Promise.all(chunks.map(read))).flat(), {
        timeoutMs: COMMAND_TIMEOUT_MS * chunks.length,
      });
    },
    async set(key, entry) {
      const write = limitWrites(async () => {
        // Redis takes whole milliseconds only.
        const ttlMs = Math.ceil(entry.expiresAt - clock.now());
        if (ttlMs <= 0) return;
        await redis.tryRun('set', false, () => keyv.set(hashKey(key), { key, ...entry }, ttlMs), {
          timeoutMs: WRITE_TIMEOUT_MS,
        });
      });
      pendingWrites.add(write);
      await write;
      pendingWrites.delete(write);
    },
    async close() {
      // Each write ends soon, one way or the other.
      await Promise.all(pendingWrites);
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
function parseEntry(value: unknown, key: string): Entry | undefined {
  const parsed = entrySchema.safeParse(value);
  return parsed.success && parsed.data.key === key ? parsed.data : undefined;
}
