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

interface WatchState {
  readonly ids: Set<string>;
  readonly onOutdated: () => void;
  isOutdated: boolean;
}

export function createEntryWatches(): EntryWatches {
  const watchesById = new Map<string, Set<WatchState>>();

  function end(watch: WatchState): void {
    for (const id of watch.ids) {
      const watches = watchesById.get(id);
      watches?.delete(watch);
      if (watches?.size === 0) watchesById.delete(id);
    }
    watch.ids.clear();
  }

  function add(watch: WatchState, id: string): void {
    if (watch.ids.has(id)) return;
    watch.ids.add(id);
    const watches = watchesById.get(id);
    if (watches) watches.add(watch);
    else watchesById.set(id, new Set([watch]));
  }

  return {
    start(onOutdated) {
      const watch: WatchState = { ids: new Set(), onOutdated, isOutdated: false };
      return {
        add: (ids) => {
          // Nothing is left to learn about an outdated response.
          if (!watch.isOutdated) for (const id of ids) add(watch, id);
        },
        isOutdated: () => watch.isOutdated,
        size: () => watch.ids.size,
        end: () => {
          end(watch);
        },
      };
    },
    entryWritten(id) {
      for (const watch of [...(watchesById.get(id) ?? [])]) {
        watch.isOutdated = true;
        end(watch);
        watch.onOutdated();
      }
    },
  };
}
