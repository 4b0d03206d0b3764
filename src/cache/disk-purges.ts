import type { DiskConnection } from './disk-connection.ts';
import type { ListedRow } from './disk-database.ts';
import type { MatchesEntry } from './purge-rule.ts';
import { MAX_CLOCK_LEAD_MS } from './redis-time.ts';
import type { SteadyClock } from './steady-clock.ts';

/** What has been purged and may still be in the file. */
export interface DiskPurges {
  /** From now on, entries that match and were requested before are purged. They are removed from the file in the background. */
  readonly add: (matches: MatchesEntry) => void;
  /** `fetchedAt` is of the wall clock. */
  readonly isPurged: (key: string, fetchedAt: number) => boolean;
  /** Resolves to whether the file has none of those that have been added by now any more. */
  readonly settle: () => Promise<boolean>;
  /** Tries again what the file has prevented. */
  readonly retry: () => Promise<void>;
}

interface Purge {
  readonly matches: MatchesEntry;
  /** On the wall clock. */
  readonly until: number;
}

/** Names in the file are hashes, so its entries are listed, and those that match are deleted. */
export function createDiskPurges(file: Pick<DiskConnection, 'tryRequest'>, clock: SteadyClock): DiskPurges {
  const pending = new Set<Purge>();
  let removing: Promise<void> = Promise.resolve();

  /** What claims to have been requested later than now was written before the wall clock was set back. */
  const isPurgedBy = (purges: Iterable<Purge>, key: string, fetchedAt: number): boolean => {
    const latest = clock.toWallClock(clock.now()) + MAX_CLOCK_LEAD_MS;
    for (const { matches, until } of purges)
      if ((fetchedAt <= until || fetchedAt > latest) && matches(key)) return true;
    return false;
  };

  async function removePending(): Promise<void> {
    const purges = [...pending];
    // What cannot be read is no loss.
    const isRemoved = ({ key, fetchedAt }: ListedRow) => key === null || isPurgedBy(purges, key, fetchedAt);
    if (purges.length > 0 && (await removeFrom(file, isRemoved))) for (const purge of purges) pending.delete(purge);
  }
  function start(): void {
    removing = removing.then(removePending);
  }

  return {
    add(matches) {
      pending.add({ matches, until: clock.toWallClock(clock.now()) });
      start();
    },
    isPurged: (key, fetchedAt) => isPurgedBy(pending, key, fetchedAt),
    async settle() {
      const added = [...pending];
      await removing;
      return !added.some((purge) => pending.has(purge));
    },
    async retry() {
      if (pending.size > 0) start();
      await removing;
    },
  };
}

/** Returns whether the whole file has been searched. */
async function removeFrom(
  file: Pick<DiskConnection, 'tryRequest'>,
  isRemoved: (row: ListedRow) => boolean,
): Promise<boolean> {
  for (let after = -1; ;) {
    const listed = await file.tryRequest('list', { after });
    if (!listed) return false;
    const last = listed.rows.at(-1);
    if (!last) return true;
    const rows = listed.rows.filter(isRemoved).map(({ name, fetchedAt }) => ({ name, fetchedAt }));
    if (rows.length > 0 && !(await file.tryRequest('delete', { rows }, rows.length))) return false;
    after = last.row;
  }
}
