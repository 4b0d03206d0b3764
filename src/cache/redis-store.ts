import Keyv from 'keyv';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import { chunk, hashKey, MAX_KEYS_PER_COMMAND, redisNamespace } from './redis-keys.ts';
import { COMMAND_TIMEOUT_MS, type RedisConnection, WRITE_TIMEOUT_MS } from './redis.ts';
import type { Entry, Store } from './store.ts';

const entrySchema = z.object({
  key: z.string(),
  value: z.unknown(),
  notFound: z.object({ message: z.string(), reason: z.string().nullable(), status: z.number().nullable() }).optional(),
  isFinal: z.boolean().optional(),
  fetchedAt: z.number(),
  freshUntil: z.number(),
  expiresAt: z.number(),
});

/**
 * Stores entries in Redis or Valkey through Keyv, shared by all processes of the gateway. Every failure there (down, slow,
 * full, malformed data) is a miss within the timeout. Keys read or written together are sent together, in chunks that do not
 * block Redis: the client pipelines the commands of one tick.
 */
export function createRedisStore(redis: RedisConnection, clock: Clock): Store {
  const keyv = createKeyv(redis);
  const pendingWrites = new Set<Promise<unknown>>();
  // Time spent queueing here does not count towards the Redis timeout.
  const limitWrites = pLimit(MAX_KEYS_PER_COMMAND);

  return {
    getMany: (keys) => {
      const chunks = chunk(keys);
      const read = async () => (await Promise.all(chunks.map((chunkKeys) => readChunk(keyv, chunkKeys)))).flat();
      return redis.tryRun('get', [], read, { timeoutMs: COMMAND_TIMEOUT_MS * chunks.length });
    },
    async set(key, entry) {
      const write = limitWrites(async () => {
        // Redis accepts only whole milliseconds.
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
      // Each write ends within its timeout, whatever its outcome.
      await Promise.all(pendingWrites);
      await redis.close();
    },
  };
}

function createKeyv(redis: RedisConnection): Keyv {
  const keyv = new Keyv({
    store: redis.adapter,
    namespace: redisNamespace('entry'),
    useKeyPrefix: false,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize,
  });
  // Repeats the rejections of the commands.
  keyv.on('error', () => undefined);
  return keyv;
}

async function readChunk(keyv: Keyv, keys: readonly string[]): Promise<readonly (Entry | undefined)[]> {
  const values = await keyv.getMany<unknown>(keys.map(hashKey));
  return keys.map((key, index) => parseEntry(values[index], key));
}

/** Returns undefined for malformed text: a miss that must not affect the other keys. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the signature that Keyv requires
function deserialize<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Returns the entry if it is valid and belongs to the key; anything else is a miss. */
function parseEntry(value: unknown, key: string): Entry | undefined {
  const parsed = entrySchema.safeParse(value);
  return parsed.success && parsed.data.key === key ? parsed.data : undefined;
}
