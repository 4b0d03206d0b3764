/** The cache entries that a response depends on, each as it was when it was read. */
export interface Dependencies {
  /** Adds entries, by id. */
  readonly add: (ids: readonly string[]) => void;
  /** Whether none of them has been written since it was added. */
  readonly areCurrent: () => boolean;
  readonly count: () => number;
}

/** Knows which entries of the cache have been written since a response was made of them. */
export interface EntryVersions {
  readonly startDependencies: () => Dependencies;
  /** From now on, what depends on the entry is outdated. */
  readonly entryWritten: (id: string) => void;
}

/** An entry between two writes: all responses that read it share this object. */
interface EntryVersion {
  isCurrent: boolean;
}

/** Whatever the memory: outdating more at once takes long. */
const MAX_ENTRIES = 200_000;

/** What an entry takes in memory, with its id: measured. */
const ENTRY_BYTES = 200;

/**
 * Beyond `maxBytes`, all responses are outdated at once: entries that are never written again, such as those of past days, add up.
 */
export function createEntryVersions(maxBytes: number): EntryVersions {
  const maxEntries = Math.min(MAX_ENTRIES, Math.floor(maxBytes / ENTRY_BYTES));
  const versionById = new Map<string, EntryVersion>();

  function versionOf(id: string): EntryVersion {
    let version = versionById.get(id);
    if (!version) {
      if (versionById.size >= maxEntries) outdateAll();
      versionById.set(id, (version = { isCurrent: true }));
    }
    return version;
  }

  function outdateAll(): void {
    for (const version of versionById.values()) version.isCurrent = false;
    versionById.clear();
  }

  return {
    startDependencies() {
      const versions: EntryVersion[] = [];
      return {
        add: (ids) => {
          for (const id of ids) versions.push(versionOf(id));
        },
        areCurrent: () => versions.every(({ isCurrent }) => isCurrent),
        count: () => versions.length,
      };
    },
    entryWritten(id) {
      const version = versionById.get(id);
      if (!version) return;
      version.isCurrent = false;
      versionById.delete(id);
    },
  };
}
