import { hash } from 'node:crypto';
import pLimit from 'p-limit';
import type { CachedValue } from '../../cache/cache.ts';
import type { Session } from '../../domain/session.ts';
import type { DerivedStore } from '../content-memory.ts';
import type { FileContent } from './files/content.ts';
import type { EventLoopYielder } from './files/event-loop-yielder.ts';
import { openFile, type StoredFile } from './files/stored-file.ts';
import { buildSessions, type FetchedFile } from './map.ts';

/** Files that are read together, opened. */
export interface FileSet {
  /** Equal for sets of the same files. */
  readonly key: string;
  readonly files: readonly FetchedFile[];
}

/** What is derived from cached files, and kept as long as there is space: parsed indexes, and the sessions of agents. */
export interface KeptContent {
  readonly open: (files: readonly CachedValue<StoredFile>[]) => Promise<FileSet>;
  /** Returns an agent's sessions in some files. They are built once, however many queries ask. */
  readonly sessions: (ref: string, fileSet: FileSet) => Promise<readonly Session[]>;
}

/** Objects take some times the memory of their JSON. */
const BYTES_PER_INDEX_CHAR = 4;
/** Measured with 1,400 sessions of the sandbox: 0.5 KiB each, 0.25 KiB for each event, 0.2 KiB for each period. */
const SESSION_BYTES = 512;
const EVENT_BYTES = 256;
const PERIOD_BYTES = 200;

/** Creates the derived content of one account. Work is done in slices of the event loop. */
export function createKeptContent(account: string, store: DerivedStore, yielder: EventLoopYielder): KeptContent {
  const identify = createIdentifier();
  const building = new Map<string, Promise<readonly Session[]>>();
  // One after another: of many builds that share the slices, all would wake up in each turn.
  const limitBuilds = pLimit(1);

  async function open(stored: StoredFile): Promise<FileContent> {
    const kept = store.get(stored) as FileContent | undefined;
    if (kept) return kept;
    await yielder.yieldIfDue();
    const content = openFile(stored);
    // Content and key keep the records alive, even where the cache has evicted them.
    store.set(stored, content, { size: 1 + BYTES_PER_INDEX_CHAR * stored.index.length + stored.records.length });
    return content;
  }

  async function build(key: string, ref: string, files: readonly FetchedFile[]): Promise<readonly Session[]> {
    const sessions = await buildSessions(account, ref, files, yielder);
    store.set(key, sessions, { size: sizeOf(key, sessions) });
    return sessions;
  }

  return {
    async open(files) {
      const opened: FetchedFile[] = [];
      for (const { value, fetchedAt } of files) opened.push({ value: await open(value), fetchedAt });
      return { key: hash('sha1', files.map(({ value }) => identify(value)).join()), files: opened };
    },
    async sessions(ref, { key: fileSetKey, files }) {
      const key = JSON.stringify([account, fileSetKey, ref]);
      const kept = store.get(key) as readonly Session[] | undefined;
      if (kept) return kept;
      const running =
        building.get(key) ?? limitBuilds(() => build(key, ref, files)).finally(() => building.delete(key));
      building.set(key, running);
      return running;
    },
  };
}

/** Numbers values by their identity: a cached value never changes. */
function createIdentifier(): (value: object) => number {
  const numbers = new WeakMap<object, number>();
  let next = 0;
  return (value) => {
    const number = numbers.get(value) ?? next++;
    numbers.set(value, number);
    return number;
  };
}

function sizeOf(key: string, sessions: readonly Session[]): number {
  return sessions.reduce(
    (bytes, { events, statusPeriods }) =>
      bytes + SESSION_BYTES + events.length * EVENT_BYTES + statusPeriods.length * PERIOD_BYTES,
    2 * key.length,
  );
}
