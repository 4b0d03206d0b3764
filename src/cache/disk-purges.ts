import type { DiskConnection } from './disk-connection.ts';
import type { ListedRow } from './disk-database.ts';
import type { MatchesEntry } from './purge-rule.ts';
import type { SteadyClock } from './steady-clock.ts';

/** What has been purged and may still be in the file. */
export interface DiskPurges {
  /** From now on, entries that match and were requested before are purged. They are removed from the file in the background. */
  readonly add: (matches: MatchesEntry) => void;
  /** `fetchedAt` is of the wall clock. */
  readonly isPurged: (key: string, fetchedAt: number) => boolean;
  /** Resolves to whether the file has none of them any more. */
  readonly settle: () => Promise<boolean>;
  /** Tries again what the file has prevented. */
  readonly retry: () => Promise<void>;
}

interface Purge {
  readonly matches: MatchesEntry;
  /** Of the wall clock. */
  readonly until: number;
}

/** Names in the file are hashes, so its entries are listed, and those that match are deleted. */
export function createDiskPurges(file: Pick<DiskConnection, 'tryRequest'>, clock: SteadyClock): DiskPurges {
  const pending = new Set<Purge>();
  let removing: Promise<void> = Promise.resolve();

  async function removePending(): Promise<void> {
    const purges = [...pending];
    if (purges.length > 0 && (await removeFrom(file, purges))) for (const purge of purges) pending.delete(purge);
  }
  function start(): void {
    removing = removing.then(removePending);
  }

  return {
    add(matches) {
      pending.add({ matches, until: clock.toWallClock(clock.now()) });
      start();
    },
    isPurged: (key, fetchedAt) => isPurgedBy([...pending], key, fetchedAt),
    async settle() {
      await removing;
      return pending.size === 0;
    },
    async retry() {
      if (pending.size > 0) start();
      await removing;
    },
  };
}

/** Returns whether the whole file has been searched. */
async function removeFrom(file: Pick<DiskConnection, 'tryRequest'>, purges: readonly Purge[]): Promise<boolean> {
  const until = Math.max(...purges.map((purge) => purge.until));
  // What cannot be read is no loss.
  const isRemoved = ({ key, fetchedAt }: ListedRow) => key === null || isPurgedBy(purges, key, fetchedAt);
  for (let after = -1; ;) {
    const listed = await file.tryRequest('list', { after });
    if (!listed) return false;
    const last = listed.rows.at(-1);
    if (!last) return true;
    const names = listed.rows.filter(isRemoved).map(({ name }) => name);
    if (names.length > 0 && !(await file.tryRequest('delete', { names, until }, names.length))) return false;
    after = last.row;
  }
}

function isPurgedBy(purges: readonly Purge[], key: string, fetchedAt: number): boolean {
  return purges.some(({ matches, until }) => fetchedAt <= until && matches(key));
}
