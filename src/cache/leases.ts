import { randomUUID } from 'node:crypto';
import { chunk } from './chunk.ts';
import { hashKey, redisNamespace, COMMAND_TIMEOUT_MS, type RedisConnection } from './redis.ts';

/** For how long it is known that a fetch brought nothing to share. Milliseconds: longer than the pause between two looks. */
const EMPTY_MARKER_TTL_MS = 150;

/**
 * KEYS: leases wanted. ARGV: the holder, how long. Answers which (from 1) may be fetched: those that nobody held, and those
 * whose last holder had nothing to share. All in one step, so that two gateways never take half of a portion each.
 */
const ACQUIRE_SCRIPT = `
local granted = {}
for i, key in ipairs(KEYS) do
  if redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', key) == '' then
    granted[#granted + 1] = i
  end
end
return granted`;

/** KEYS: leases to end, if still held. ARGV: the holder, how many of the keys (the first ones) are kept, and BARREN. */
const RELEASE_SCRIPT = `
for i, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then
    if i <= tonumber(ARGV[2]) then redis.call('DEL', key) else redis.call('SET', key, '', 'PX', ARGV[3]) end
  end
end`;

/** The right to fetch something, held by one process at a time. */
export interface Leases {
  /** How long a lease lasts whose holder dies. Milliseconds. */
  readonly ttlMs: number;
  /** Takes the keys that nobody holds, in one round trip. Never rejects: where nobody can tell, all are granted. */
  acquire(keys: readonly string[]): Promise<Lease>;
}

export interface Lease {
  readonly granted: ReadonlySet<string>;
  /** Ends the lease of those whose values others can read now, and of the others, for which nobody should wait. */
  release(persisted: readonly string[], empty: readonly string[]): void;
}

export function createLeases(redis: RedisConnection, ttlMs: number): Leases {
  const toLeaseKey = (key: string) => `${redisNamespace('lease')}::${hashKey(key)}`;

  return {
    ttlMs,
    async acquire(keys) {
      const holder = randomUUID();
      const release: Lease['release'] = (persisted, empty) => {
        let persistedLeft = persisted.length;
        for (const leaseKeys of chunk([...persisted, ...empty].map(toLeaseKey))) {
          const scriptArguments = [holder, String(persistedLeft), String(EMPTY_MARKER_TTL_MS)];
          redis.fireAndForget('release', (client) =>
            client.eval(RELEASE_SCRIPT, { keys: [...leaseKeys], arguments: scriptArguments }),
          );
          persistedLeft -= leaseKeys.length;
        }
      };
      const chunks = chunk(keys);
      const granted = await redis.tryRun(
        'lease',
        keys,
        async (client) => {
          const grants = chunks.map(async (chunkKeys) => {
            const leaseKeys = chunkKeys.map(toLeaseKey);
            const reply = await client.eval(ACQUIRE_SCRIPT, { keys: leaseKeys, arguments: [holder, String(ttlMs)] });
            if (!Array.isArray(reply)) return chunkKeys;
            const positions = new Set<unknown>(reply);
            return chunkKeys.filter((_, index) => positions.has(index + 1));
          });
          return (await Promise.all(grants)).flat();
        },
        {
          timeoutMs: COMMAND_TIMEOUT_MS * chunks.length,
          // Nobody knows that these were granted after all.
          onLateResult: (lateGranted) => {
            release(lateGranted, []);
          },
        },
      );
      return { granted: new Set(granted), release };
    },
  };
}
