import type { Clock, Instant } from '../domain/clock.ts';
import type { MatchesEntry } from './purge-rule.ts';
import { MAX_CLOCK_LEAD_MS } from './redis-time.ts';
import type { Entry, Store } from './store.ts';

/**
 * Reads memory first, then the store that all processes share; entries of the shared store are copied to memory. An entry
 * past its TTL in memory may have been fetched again by another process: the younger entry is used. An entry of a process
 * whose clock is ahead counts as missing.
 */
export function createTwoLevelStore(local: Store, remote: Store, clock: Clock): Store {
  /** What has been dropped while a read of the shared store is under way, whose entries may be older. */
  const dropsByRead = new Set<MatchesEntry[]>();

  return {
    peek: (key) => local.peek?.(key),
    drop(matches) {
      for (const drops of dropsByRead) drops.push(matches);
      remote.drop?.(matches);
      return local.drop?.(matches) ?? [];
    },
    async getMany(keys) {
      const entries = [...(await local.getMany(keys))];
      const now = clock.now();
      const notFresh = keys.flatMap((key, index) => ((entries[index]?.freshUntil ?? 0) > now ? [] : [{ key, index }]));
      if (notFresh.length === 0) return entries;
      const drops: MatchesEntry[] = [];
      dropsByRead.add(drops);
      const fetched = await remote.getMany(notFresh.map(({ key }) => key));
      notFresh.forEach(({ key, index }, position) => {
        const entry = fetched[position];
        if (!isYounger(entry, entries[index], now) || drops.some((matches) => matches(key))) return;
        entries[index] = entry;
        void local.set(key, entry);
      });
      dropsByRead.delete(drops);
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

function isYounger(entry: Entry | undefined, known: Entry | undefined, now: Instant): entry is Entry {
  return (
    entry !== undefined &&
    entry.fetchedAt <= now + MAX_CLOCK_LEAD_MS &&
    entry.fetchedAt > (known?.fetchedAt ?? -Infinity)
  );
}
