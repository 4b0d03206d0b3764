import type { SharedRetryAfterGate } from '../http/ports.ts';
import { redisKey } from './redis-keys.ts';
import type { RedisConnection } from './redis.ts';

/**
 * KEYS: the gate, a key that exists while it is closed. ARGV: the milliseconds for which to close it. The remaining time is
 * Redis's own measure, since the clocks of a fleet differ.
 */
const CLOSE_SCRIPT = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end`;

/** Creates the Retry-After gate that an account has in all processes on one Redis. */
export function createRedisRetryAfterGate(redis: RedisConnection, name: string): SharedRetryAfterGate {
  const key = redisKey('gate', JSON.stringify(['gate', name]));
  return {
    // PTTL is negative for a key that does not exist.
    remainingMs: () => redis.tryRun('gate', null, async (client) => Math.max(0, await client.pTTL(key))),
    close(ms) {
      redis.fireAndForget('gate', (client) =>
        client.eval(CLOSE_SCRIPT, { keys: [key], arguments: [String(Math.ceil(ms))] }),
      );
    },
  };
}
