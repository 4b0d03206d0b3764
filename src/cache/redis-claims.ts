import { HOUR } from '../domain/time.ts';
import { redisKey } from './redis-keys.ts';
import type { RedisConnection } from './redis.ts';

/** By how much the clocks of processes may differ at most, so that none claims later what another one has done. */
const CLAIM_TTL_MS = HOUR;

/**
 * Creates the function that grants what a name stands for to one process of those that share a Redis: the first that asks. While Redis
 * cannot be reached each process has it, as each has a cache of its own then.
 */
export function createRedisClaims(redis: RedisConnection): (name: string) => Promise<boolean> {
  return (name) => {
    const key = redisKey('claim', JSON.stringify(['claim', name]));
    return redis.tryRun('claim', true, async (client) => {
      return (await client.set(key, '', { NX: true, PX: CLAIM_TTL_MS })) !== null;
    });
  };
}
