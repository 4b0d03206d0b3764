/** A response under construction, or a stored one, with the cache entries that it depends on. */
export interface Watch {
  /** Adds entries, by id. */
  readonly add: (ids: readonly string[]) => void;
  /** Whether one of them has been written since it was added. */
  readonly isOutdated: () => boolean;
  /** The number of entries. */
  readonly size: () => number;
  /** Ends the watch. */
  readonly end: () => void;
}

/** Finds the responses that depend on an entry of the cache. */
export interface EntryWatches {
  /** Starts a watch; `onOutdated` is called at most once, when one of its entries has been written. */
  readonly start: (onOutdated: () => void) => Watch;
  /** Marks all watches of an entry as outdated. */
  readonly entryWritten: (id: string) => void;
}

/** A cache entry, and the responses that depend on it. */
interface WatchedEntry {
  readonly id: string;
  readonly watches: Set<WatchState>;
}

interface WatchState {
  /** Each once. */
  readonly entries: WatchedEntry[];
  readonly onOutdated: () => void;
  isOutdated: boolean;
}

export function createEntryWatches(): EntryWatches {
  const entriesById = new Map<string, WatchedEntry>();

  function end(watch: WatchState): void {
    for (const { id, watches } of watch.entries) {
      watches.delete(watch);
      if (watches.size === 0) entriesById.delete(id);
    }
    watch.entries.length = 0;
  }

  function add(watch: WatchState, id: string): void {
    let entry = entriesById.get(id);
    if (!entry) entriesById.set(id, (entry = { id, watches: new Set() }));
    // Whether the watch is new there is seen by the size: asking first would take as long again.
    const { size } = entry.watches;
    if (entry.watches.add(watch).size > size) watch.entries.push(entry);
  }

  return {
    start(onOutdated) {
      const watch: WatchState = { entries: [], onOutdated, isOutdated: false };
      return {
        add: (ids) => {
          // Nothing is left to learn about an outdated response.
          if (!watch.isOutdated) for (const id of ids) add(watch, id);
        },
        isOutdated: () => watch.isOutdated,
        size: () => watch.entries.length,
        end: () => {
          end(watch);
        },
      };
    },
    entryWritten(id) {
      for (const watch of [...(entriesById.get(id)?.watches ?? [])]) {
        watch.isOutdated = true;
        end(watch);
        watch.onOutdated();
      }
    },
  };
}
