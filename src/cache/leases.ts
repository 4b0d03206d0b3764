import { randomUUID } from 'node:crypto';
import type { RedisClient } from './redis-client.ts';
import { chunk, redisKey } from './redis-keys.ts';
import { COMMAND_TIMEOUT_MS, type RedisConnection } from './redis.ts';

/** How long waiters can see that a fetch had nothing to share: longer than the interval between two polls. */
const EMPTY_MARKER_TTL_MS = 500;

/*
 * The value of a lease is its holder; `holder:seconds` while the holder waits for the rate limit; or empty, after a fetch
 * that had nothing to share.
 */

/**
 * KEYS: requested leases. ARGV: the holder, the TTL in milliseconds. Returns the positions (from 1) of the granted keys:
 * those without a holder, and those whose last holder had nothing to share; and `position:seconds` of those whose holder
 * waits. One atomic step for all keys, so that two gateways never take half of a batch each.
 */
const ACQUIRE_SCRIPT = `
local reply = {}
for i, key in ipairs(KEYS) do
  if redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) then
    reply[#reply + 1] = i
  else
    local value = redis.call('GET', key)
    local seconds = string.match(value, ':(%d+)$')
    if value == '' then reply[#reply + 1] = i elseif seconds then reply[#reply + 1] = i .. ':' .. seconds end
  end
end
return reply`;

/**
 * KEYS: leases to release if this holder still has them. ARGV: the holder, how many of the first keys are persisted, the TTL
 * of the marker for the others (EMPTY_MARKER_TTL_MS).
 */
const RELEASE_SCRIPT = `
for i, key in ipairs(KEYS) do
  if string.sub(redis.call('GET', key) or '', 1, #ARGV[1]) == ARGV[1] then
    if i <= tonumber(ARGV[2]) then redis.call('DEL', key) else redis.call('SET', key, '', 'PX', ARGV[3]) end
  end
end`;

/** KEYS: leases to renew if this holder still has them. ARGV: the holder, the TTL in milliseconds. */
const RENEW_SCRIPT = `
for _, key in ipairs(KEYS) do
  if string.sub(redis.call('GET', key) or '', 1, #ARGV[1]) == ARGV[1] then redis.call('PEXPIRE', key, ARGV[2]) end
end`;

/** KEYS: leases whose holder waits, or no longer waits. ARGV: the holder, the TTL in milliseconds, `:seconds` or nothing. */
const WAIT_SCRIPT = `
for _, key in ipairs(KEYS) do
  if string.sub(redis.call('GET', key) or '', 1, #ARGV[1]) == ARGV[1] then
    redis.call('SET', key, ARGV[1] .. ARGV[3], 'PX', ARGV[2])
  end
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
  /** The keys whose holder waits for the rate limit, and for how many seconds, as it last reported. */
  readonly waitSeconds: ReadonlyMap<string, number>;
  /** Reports to others that the fetch of these keys waits for the rate limit. */
  reportWait(keys: readonly string[], seconds: number): void;
  /** Reports to others that the call for these keys, which had to wait, has started. */
  reportStart(keys: readonly string[]): void;
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
      const acquire = async (client: RedisClient): Promise<Acquired> =>
        mergeAcquired(await Promise.all(chunks.map((chunkKeys) => acquireChunk(client, holder, chunkKeys, ttlMs))));
      const unshared: Acquired = { granted: keys, waits: [] };
      const { granted, waits } = await redis.tryRun('lease', unshared, acquire, {
        timeoutMs: COMMAND_TIMEOUT_MS * chunks.length,
        // The caller has already continued without these leases.
        onLateResult: (lateGranted) => {
          release(lateGranted.granted, []);
        },
      });
      const renew: Lease['renew'] = (renewed) => {
        runOnHeld(redis, RENEW_SCRIPT, renewed, [holder, String(ttlMs)]);
      };
      const reportWait: Lease['reportWait'] = (waiting, seconds) => {
        runOnHeld(redis, WAIT_SCRIPT, waiting, [holder, String(ttlMs), `:${Math.ceil(seconds)}`]);
      };
      const reportStart: Lease['reportStart'] = (started) => {
        runOnHeld(redis, WAIT_SCRIPT, started, [holder, String(ttlMs), '']);
      };
      return { granted: new Set(granted), waitSeconds: new Map(waits), renew, release, reportWait, reportStart };
    },
  };
}

/** The granted keys, and those whose holder waits, with the seconds. */
interface Acquired {
  readonly granted: readonly string[];
  readonly waits: readonly (readonly [key: string, seconds: number])[];
}

function mergeAcquired(parts: readonly Acquired[]): Acquired {
  return { granted: parts.flatMap(({ granted }) => granted), waits: parts.flatMap(({ waits }) => waits) };
}

async function acquireChunk(
  client: RedisClient,
  holder: string,
  keys: readonly string[],
  ttlMs: number,
): Promise<Acquired> {
  const reply = await client.eval(ACQUIRE_SCRIPT, { keys: keys.map(toLeaseKey), arguments: [holder, String(ttlMs)] });
  if (!Array.isArray(reply)) return { granted: keys, waits: [] };
  const secondsByPosition = new Map(Array.from(reply, parsePosition));
  const granted: string[] = [];
  const waits: (readonly [string, number])[] = [];
  keys.forEach((key, index) => {
    const seconds = secondsByPosition.get(index + 1);
    if (seconds === null) granted.push(key);
    else if (seconds !== undefined) waits.push([key, seconds]);
  });
  return { granted, waits };
}

/** Parses `position` of a granted key, or `position:seconds` of one whose holder waits. */
function parsePosition(item: unknown): readonly [position: number, seconds: number | null] {
  const [position, seconds = null] = String(item).split(':').map(Number);
  return [position ?? NaN, seconds];
}

/** Runs a script on leases that this holder may still have. */
function runOnHeld(
  redis: RedisConnection,
  script: string,
  keys: readonly string[],
  scriptArguments: readonly string[],
): void {
  for (const leaseKeys of chunk(keys.map(toLeaseKey))) {
    redis.fireAndForget('lease', (client) =>
      client.eval(script, { keys: [...leaseKeys], arguments: [...scriptArguments] }),
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
