import { randomUUID } from 'node:crypto';
import { DAY } from '../domain/time.ts';
import { redisKey } from './redis-keys.ts';
import type { RedisConnection } from './redis.ts';

/** Longer than anything is claimed after its time, and than the clocks of processes differ: what one has done is not claimed again. */
const CLAIM_TTL_MS = DAY;

/** KEYS: a claim to delete if this process has it. ARGV: the process. */
const RELEASE_SCRIPT = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/** Grants what a name stands for to one process of those that share a Redis: the first that asks. */
export interface Claims {
  /**
   * Resolves to `unknown` while Redis cannot be reached, or where nothing is shared. What is granted after that is kept, unless `ifLate`
   * is `release`.
   */
  readonly claim: (name: string, ifLate?: 'keep' | 'release') => Promise<'granted' | 'taken' | 'unknown'>;
  /** Lets another process claim what this one has claimed; absent where nothing is shared. */
  readonly release?: (name: string) => Promise<void>;
}

export function createRedisClaims(redis: RedisConnection): Required<Claims> {
  const owner = randomUUID();
  const toKey = (name: string) => redisKey('claim', JSON.stringify(['claim', name]));
  const release = (name: string) =>
    redis.tryRun('claim', undefined, async (client) => {
      await client.eval(RELEASE_SCRIPT, { keys: [toKey(name)], arguments: [owner] });
      return undefined;
    });
  return {
    claim: (name, ifLate = 'keep') =>
      redis.tryRun<'granted' | 'taken' | 'unknown'>(
        'claim',
        'unknown',
        async (client) => {
          const isNew = (await client.set(toKey(name), owner, { NX: true, PX: CLAIM_TTL_MS })) !== null;
          return isNew ? 'granted' : 'taken';
        },
        {
          onLateResult: (outcome) => {
            if (ifLate === 'release' && outcome === 'granted') void release(name);
          },
        },
      ),
    release,
  };
}
