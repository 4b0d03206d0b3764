import type { Clock } from '../domain/clock.ts';
import { MAX_CLOCK_LEAD_MS } from './redis-time.ts';
import type { Store } from './store.ts';

/**
 * Reads memory first, then the store that all processes share; entries of the shared store are copied to memory. An entry
 * past its TTL in memory may have been fetched again by another process: the younger entry is used. An entry of a process
 * whose clock is ahead counts as missing.
 */
export function createTwoLevelStore(local: Store, remote: Store, clock: Clock): Store {
  return {
    peek: (key) => local.peek?.(key),
    async getMany(keys) {
      const entries = [...(await local.getMany(keys))];
      const now = clock.now();
      const notFresh = keys.flatMap((key, index) => ((entries[index]?.freshUntil ?? 0) > now ? [] : [{ key, index }]));
      if (notFresh.length === 0) return entries;
      const fetched = await remote.getMany(notFresh.map(({ key }) => key));
      notFresh.forEach(({ key, index }, position) => {
        const entry = fetched[position];
        if (!entry || entry.fetchedAt > now + MAX_CLOCK_LEAD_MS) return;
        if (entry.fetchedAt <= (entries[index]?.fetchedAt ?? -Infinity)) return;
        entries[index] = entry;
        void local.set(key, entry);
      });
      return entries;
    },
    async set(key, entry) {
      await Promise.all([local.set(key, entry), remote.set(key, entry)]);
    },
    async close() {
      await Promise.all([local.close(), remote.close()]);
    },
  };
}
