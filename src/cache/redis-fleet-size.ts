import { randomUUID } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { redisNamespace } from './redis-keys.ts';
import type { RedisTimeEstimate } from './redis-time.ts';
import { type RedisConnection, WRITE_TIMEOUT_MS } from './redis.ts';

const ANNOUNCE_INTERVAL_MS = 10 * SECOND;
/** A process that has not announced itself for this long is gone: it may miss two announcements. */
const MEMBER_TTL_MS = 3 * ANNOUNCE_INTERVAL_MS;

/**
 * KEYS: the set of processes by the time of their last announcement. ARGV: this process, the TTL in milliseconds. Returns the
 * number of processes and the time. Uses Redis's own clock, since the clocks of a fleet differ.
 */
const ANNOUNCE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {redis.call('ZCARD', KEYS[1]), now}`;

/** The number of processes that share a Redis. */
export interface FleetSize {
  /** Returns the last known number, at least one: also while Redis is away. */
  readonly size: () => number;
  /** Removes this process from the fleet. Never rejects. */
  readonly close: () => Promise<void>;
}

/**
 * Announces this process in Redis now and every ten seconds, until it is closed. `redisTime` learns the time of Redis from
 * each reply.
 */
export function createRedisFleetSize(
  redis: RedisConnection,
  clock: Clock,
  redisTime?: Pick<RedisTimeEstimate, 'observe'>,
): FleetSize {
  const key = `${redisNamespace('fleet')}::processes`;
  const id = randomUUID();
  let lastSize = 1;
  let closed = false;
  let cancelTimer: () => void = () => undefined;

  async function announce(): Promise<void> {
    const scriptOptions = { keys: [key], arguments: [id, String(MEMBER_TTL_MS)] };
    const size = await redis.tryRun(
      'fleet',
      0,
      async (client) => {
        const sentAt = clock.now();
        const [count, time] = (await client.eval(ANNOUNCE_SCRIPT, scriptOptions)) as readonly unknown[];
        redisTime?.observe(Number(time), sentAt, clock.now());
        return Number(count);
      },
      // No caller waits for it. The first one is sent while the process starts, which keeps it busy.
      { timeoutMs: WRITE_TIMEOUT_MS, marksDown: false },
    );
    if (size >= 1) lastSize = size;
    if (!closed) cancelTimer = clock.setTimer(ANNOUNCE_INTERVAL_MS, () => void announce());
  }

  void announce();
  return {
    size: () => lastSize,
    async close() {
      closed = true;
      cancelTimer();
      await redis.tryRun('fleet', null, async (client) => client.zRem(key, id));
    },
  };
}
