import { randomUUID } from 'node:crypto';
import { inPortions } from './portions.ts';
import { hashed, namespaceOf, PATIENCE, type Redis } from './redis.ts';

/** For how long it is known that a fetch brought nothing to share. Milliseconds: longer than the pause between two looks. */
const BARREN = 150;

/**
 * KEYS: leases wanted. ARGV: the holder, how long. Answers which (from 1) may be fetched: those that nobody held, and those
 * whose last holder had nothing to share. All in one step, so that two gateways never take half of a portion each.
 */
const TAKE = `
local granted = {}
for i, key in ipairs(KEYS) do
  if redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', key) == '' then
    granted[#granted + 1] = i
  end
end
return granted`;

/** KEYS: leases to end, if still held. ARGV: the holder, how many of the keys (the first ones) are kept, and BARREN. */
const GIVE_BACK = `
for i, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then
    if i <= tonumber(ARGV[2]) then redis.call('DEL', key) else redis.call('SET', key, '', 'PX', ARGV[3]) end
  end
end`;

/** The right to fetch something, held by one process at a time. */
export interface Leases {
  /** How long a lease lasts whose holder dies. Milliseconds. */
  readonly lastMs: number;
  /** Takes the keys that nobody holds, in one round trip. Never rejects: where nobody can tell, all are granted. */
  take(keys: readonly string[]): Promise<Lease>;
}

export interface Lease {
  readonly granted: ReadonlySet<string>;
  /** Ends the lease of those whose values others can read now, and of the others, for which nobody should wait. */
  giveBack(kept: readonly string[], barren: readonly string[]): void;
}

export function createLeases(redis: Redis, lastMs: number): Leases {
  const nameOf = (key: string) => `${namespaceOf('lease')}::${hashed(key)}`;

  return {
    lastMs,
    async take(keys) {
      const holder = randomUUID();
      const giveBack: Lease['giveBack'] = (kept, barren) => {
        let keptLeft = kept.length;
        for (const names of inPortions([...kept, ...barren].map(nameOf))) {
          const endings = [holder, String(keptLeft), String(BARREN)];
          redis.tell('give_back', (client) => client.eval(GIVE_BACK, { keys: [...names], arguments: endings }));
          keptLeft -= names.length;
        }
      };
      const portions = inPortions(keys);
      const granted = await redis.attempt(
        'lease',
        keys,
        async (client) => {
          const taken = portions.map(async (portion) => {
            const names = portion.map(nameOf);
            const answer = await client.eval(TAKE, { keys: names, arguments: [holder, String(lastMs)] });
            if (!Array.isArray(answer)) return portion;
            const positions = new Set<unknown>(answer);
            return portion.filter((_, index) => positions.has(index + 1));
          });
          return (await Promise.all(taken)).flat();
        },
        {
          patience: PATIENCE * portions.length,
          // Nobody knows that these were granted after all.
          onLate: (late) => {
            giveBack(late, []);
          },
        },
      );
      return { granted: new Set(granted), giveBack };
    },
  };
}
