import type { Clock } from '../domain/clock.ts';
import type { Store } from './store.ts';

/**
 * Memory first, then the store that all processes share; what the shared one has is kept in memory too. What is no longer
 * fresh here may have been fetched anew by another process: the younger entry counts.
 */
export function createTwoLevelStore(near: Store, far: Store, clock: Clock): Store {
  return {
    async getMany(keys) {
      const found = [...(await near.getMany(keys))];
      const now = clock.now();
      const wanted = keys.flatMap((key, index) => ((found[index]?.freshUntil ?? 0) > now ? [] : [{ key, index }]));
      if (wanted.length === 0) return found;
      const fetched = await far.getMany(wanted.map(({ key }) => key));
      wanted.forEach(({ key, index }, position) => {
        const entry = fetched[position];
        if (!entry || entry.fetchedAt <= (found[index]?.fetchedAt ?? -Infinity)) return;
        found[index] = entry;
        void near.set(key, entry);
      });
      return found;
    },
    async set(key, entry) {
      await Promise.all([near.set(key, entry), far.set(key, entry)]);
    },
    async close() {
      await Promise.all([near.close(), far.close()]);
    },
  };
}
