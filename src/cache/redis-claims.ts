import { HOUR } from '../domain/time.ts';
import { redisKey } from './redis-keys.ts';
import type { RedisConnection } from './redis.ts';

/** Longer than anything is claimed after its time, and than the clocks of processes differ: what one has done is not claimed again. */
const CLAIM_TTL_MS = HOUR;

/** Grants what a name stands for to one process of those that share a Redis: the first that asks. */
export interface Claims {
  /** Resolves to `unknown` while Redis cannot be reached, or where nothing is shared. */
  readonly claim: (name: string) => Promise<'granted' | 'taken' | 'unknown'>;
  /** Lets another process claim it; absent where nothing is shared. */
  readonly release?: (name: string) => Promise<void>;
}

export function createRedisClaims(redis: RedisConnection): Required<Claims> {
  const toKey = (name: string) => redisKey('claim', JSON.stringify(['claim', name]));
  return {
    claim: (name) =>
      redis.tryRun('claim', 'unknown', async (client) => {
        const isNew = (await client.set(toKey(name), '', { NX: true, PX: CLAIM_TTL_MS })) !== null;
        return isNew ? 'granted' : 'taken';
      }),
    release: async (name) => {
      await redis.tryRun('claim', 0, (client) => client.del(toKey(name)));
    },
  };
}
