import { randomUUID } from 'node:crypto';
import type { RedisClient } from './redis-client.ts';
import { chunk, redisKey } from './redis-keys.ts';
import { COMMAND_TIMEOUT_MS, type RedisConnection } from './redis.ts';

/** How long waiters can see that a fetch had nothing to share: longer than the interval between two polls. */
const EMPTY_MARKER_TTL_MS = 500;

/**
 * KEYS: requested leases. ARGV: the holder, the TTL in milliseconds. Returns the positions (from 1) of the granted keys:
 * those without a holder, and those whose last holder had nothing to share. One atomic step for all keys, so that two
 * gateways never take half of a batch each.
 */
const ACQUIRE_SCRIPT = `
local granted = {}
for i, key in ipairs(KEYS) do
  if redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', key) == '' then
    granted[#granted + 1] = i
  end
end
return granted`;

/**
 * KEYS: leases to release if this holder still has them. ARGV: the holder, how many of the first keys are persisted, the TTL
 * of the marker for the others (EMPTY_MARKER_TTL_MS).
 */
const RELEASE_SCRIPT = `
for i, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then
    if i <= tonumber(ARGV[2]) then redis.call('DEL', key) else redis.call('SET', key, '', 'PX', ARGV[3]) end
  end
end`;

/** KEYS: leases to renew if this holder still has them. ARGV: the holder, the TTL in milliseconds. */
const RENEW_SCRIPT = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('PEXPIRE', key, ARGV[2]) end
end`;

/** Grants one process at a time the right to fetch a key. */
export interface Leases {
  /** How long a lease lasts if its holder dies. A holder that lives renews it. */
  readonly ttlMs: number;
  /** Takes the keys without a holder, in one round trip. Never rejects: if Redis fails, all keys are granted. */
  acquire(keys: readonly string[]): Promise<Lease>;
}

export interface Lease {
  readonly granted: ReadonlySet<string>;
  /** Lets the leases that this holder still has last for another TTL. */
  renew(keys: readonly string[]): void;
  /** Releases the persisted keys, whose values others can read now, and the empty ones, for which no process should wait. */
  release(persisted: readonly string[], empty: readonly string[]): void;
}

export function createLeases(redis: RedisConnection, ttlMs: number): Leases {
  return {
    ttlMs,
    async acquire(keys) {
      const holder = randomUUID();
      const release: Lease['release'] = (persisted, empty) => {
        releaseLeases(redis, holder, persisted, empty);
      };
      const chunks = chunk(keys);
      const acquire = async (client: RedisClient): Promise<readonly string[]> =>
        (await Promise.all(chunks.map((chunkKeys) => acquireChunk(client, holder, chunkKeys, ttlMs)))).flat();
      const granted = await redis.tryRun('lease', keys, acquire, {
        timeoutMs: COMMAND_TIMEOUT_MS * chunks.length,
        // The caller has already continued without these leases.
        onLateResult: (lateGranted) => {
          release(lateGranted, []);
        },
      });
      const renew: Lease['renew'] = (renewed) => {
        renewLeases(redis, holder, renewed, ttlMs);
      };
      return { granted: new Set(granted), renew, release };
    },
  };
}

/** Returns the granted keys of one chunk. */
async function acquireChunk(
  client: RedisClient,
  holder: string,
  keys: readonly string[],
  ttlMs: number,
): Promise<readonly string[]> {
  const reply = await client.eval(ACQUIRE_SCRIPT, { keys: keys.map(toLeaseKey), arguments: [holder, String(ttlMs)] });
  if (!Array.isArray(reply)) return keys;
  const positions = new Set<unknown>(reply);
  return keys.filter((_, index) => positions.has(index + 1));
}

function renewLeases(redis: RedisConnection, holder: string, keys: readonly string[], ttlMs: number): void {
  for (const leaseKeys of chunk(keys.map(toLeaseKey))) {
    redis.fireAndForget('lease', (client) =>
      client.eval(RENEW_SCRIPT, { keys: [...leaseKeys], arguments: [holder, String(ttlMs)] }),
    );
  }
}

function releaseLeases(
  redis: RedisConnection,
  holder: string,
  persisted: readonly string[],
  empty: readonly string[],
): void {
  let persistedLeft = persisted.length;
  for (const leaseKeys of chunk([...persisted, ...empty].map(toLeaseKey))) {
    const scriptArguments = [holder, String(persistedLeft), String(EMPTY_MARKER_TTL_MS)];
    redis.fireAndForget('release', (client) =>
      client.eval(RELEASE_SCRIPT, { keys: [...leaseKeys], arguments: scriptArguments }),
    );
    persistedLeft -= leaseKeys.length;
  }
}

function toLeaseKey(key: string): string {
  return redisKey('lease', key);
}
