import pLimit from 'p-limit';
import type { Clock } from '../domain/clock.ts';
import { createByteLimiter } from './byte-limiter.ts';
import { formatEntry, parseEntry } from './entry-text.ts';
import { MAX_KEYS_PER_COMMAND, redisKey } from './redis-keys.ts';
import { type RedisTime, SAME_TIME } from './redis-time.ts';
import { createValueSizes, MAX_COMMAND_BYTES, type ValueSizes } from './redis-value-sizes.ts';
import { COMMAND_TIMEOUT_MS, type RedisConnection, WRITE_TIMEOUT_MS } from './redis.ts';
import type { Entry, Store } from './store.ts';

/** A command that moves more than this may take long without anything being wrong with Redis. */
const MAX_SMALL_COMMAND_BYTES = 65_536;
/** How long a command may take for each mebibyte that it moves: 10 MiB/s. */
const TIMEOUT_PER_MEBIBYTE_MS = 100;
/** How much longer each command of a read becomes while nothing is found. */
const GROWTH_AFTER_MISSES = 4;

/**
 * KEYS: an entry. ARGV: the time when its request was sent, its text, its TTL in milliseconds. Writes it unless a younger one
 * is stored: a slow request must not restore what was true before a quicker one. A text starts with that time, so that it is
 * compared without parsing. An entry of the future, by a clock that was ahead, protects itself no longer than a second.
 */
const SET_SCRIPT = `
local head = redis.pcall('GETRANGE', KEYS[1], 0, 20)
local stored = type(head) == 'string' and tonumber(string.match(head, '^(%d+) '))
if stored and stored > tonumber(ARGV[1]) then
  local time = redis.call('TIME')
  if stored <= time[1] * 1000 + 1000 then return 0 end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/**
 * Stores entries in Redis or Valkey, shared by all processes of the gateway. Every failure there (down, slow, full, malformed
 * data) is a miss within the timeout. Commands are bounded by keys and by bytes, so that neither Redis nor the event loop of
 * this process is blocked for long, and small commands on the same connection are answered in between.
 */
export function createRedisStore(redis: RedisConnection, clock: Clock, redisTime: RedisTime = SAME_TIME): Store {
  const sizes = createValueSizes();
  const readChunk = createChunkReader(redis, sizes);
  const write = createWriter(redis, sizes, clock, redisTime);
  const pendingWrites = new Set<Promise<unknown>>();

  return {
    async getMany(keys) {
      const entries: (Entry | undefined)[] = [];
      let minLength = 1;
      while (entries.length < keys.length) {
        const [first = ''] = keys.slice(entries.length, entries.length + 1);
        const length = Math.min(MAX_KEYS_PER_COMMAND, Math.max(minLength, sizes.keysPerCommand(first)));
        const chunkKeys = keys.slice(entries.length, entries.length + length);
        const texts = await readChunk(chunkKeys);
        // Redis failed or is slow: the rest of the keys are misses, too.
        if (!texts) return entries;
        minLength = texts.every((text) => text === null) ? length * GROWTH_AFTER_MISSES : 1;
        for (const [index, key] of chunkKeys.entries()) {
          const entry = parseText(texts[index] ?? null, key);
          entries.push(entry && shift(entry, -redisTime.offsetMs()));
        }
      }
      return entries;
    },
    async set(key, entry) {
      const writing = write(key, entry);
      pendingWrites.add(writing);
      await writing;
      pendingWrites.delete(writing);
    },
    async close() {
      // Each write ends within its timeout, whatever its outcome.
      await Promise.all(pendingWrites);
      await redis.close();
    },
  };
}

type Texts = readonly (string | null)[];

/** Reads keys with one command; undefined if it fails. One command that may be large is on its way at a time. */
function createChunkReader(redis: RedisConnection, sizes: ValueSizes) {
  const limitLarge = pLimit(1);

  return (keys: readonly string[]): Promise<Texts | undefined> => {
    const [first = ''] = keys;
    const expectedBytes = sizes.expectedBytes(first);
    const bytes = (expectedBytes ?? 0) * keys.length;
    const isSmall = expectedBytes !== undefined && bytes <= MAX_SMALL_COMMAND_BYTES;
    const learn = (texts: Texts | undefined) => {
      const found = texts?.filter((text) => text !== null) ?? [];
      sizes.observe(first, found.length, countBytes(found));
    };
    const read = async () => {
      const names = keys.map((key) => redisKey('entry', key));
      const run: Parameters<typeof redis.tryRun<Texts | undefined>>[2] = (client) => client.mGet(names);
      const texts = await redis.tryRun('get', undefined, run, {
        timeoutMs: toTimeoutMs(COMMAND_TIMEOUT_MS, expectedBytes === undefined ? MAX_COMMAND_BYTES : bytes),
        marksDown: isSmall,
        onLateResult: learn,
      });
      learn(texts);
      return texts;
    };
    return isSmall || keys.length === 1 ? read() : limitLarge(read);
  };
}

function createWriter(redis: RedisConnection, sizes: ValueSizes, clock: Clock, redisTime: RedisTime) {
  const limitWrites = createByteLimiter(MAX_COMMAND_BYTES);
  const limitCount = pLimit(MAX_KEYS_PER_COMMAND);

  return (key: string, entry: Entry): Promise<void> =>
    // Time spent queueing here does not count towards the Redis timeout.
    limitCount(() =>
      limitWrites(() => {
        // Redis accepts only whole milliseconds.
        const ttlMs = Math.ceil(entry.expiresAt - clock.now());
        if (ttlMs <= 0) return { bytes: 0, done: Promise.resolve() };
        const shifted = shift(entry, redisTime.offsetMs());
        const requestedAt = String(Math.round(shifted.fetchedAt));
        const text = `${requestedAt} ${formatEntry(key, shifted)}`;
        sizes.observe(key, 1, text.length);
        const set = { keys: [redisKey('entry', key)], arguments: [requestedAt, text, String(ttlMs)] };
        const done = redis.tryRun('set', null, (client) => client.eval(SET_SCRIPT, set), {
          timeoutMs: toTimeoutMs(WRITE_TIMEOUT_MS, text.length),
          marksDown: text.length <= MAX_SMALL_COMMAND_BYTES,
        });
        return { bytes: text.length, done };
      }),
    );
}

/** Converts the times of an entry to another clock. */
function shift(entry: Entry, offsetMs: number): Entry {
  if (offsetMs === 0) return entry;
  const { fetchedAt, freshUntil, expiresAt } = entry;
  return {
    ...entry,
    fetchedAt: fetchedAt + offsetMs,
    freshUntil: freshUntil + offsetMs,
    expiresAt: expiresAt + offsetMs,
  };
}

function toTimeoutMs(baseMs: number, bytes: number): number {
  return (
    baseMs +
    TIMEOUT_PER_MEBIBYTE_MS * Math.floor(bytes / MAX_SMALL_COMMAND_BYTES) * (MAX_SMALL_COMMAND_BYTES / 1_048_576)
  );
}

/** Counts UTF-16 code units, which is close enough and costs nothing. */
function countBytes(texts: readonly string[]): number {
  return texts.reduce((bytes, text) => bytes + text.length, 0);
}

function parseText(text: string | null, key: string): Entry | undefined {
  return text === null ? undefined : parseEntry(text.slice(text.indexOf(' ') + 1), key);
}
