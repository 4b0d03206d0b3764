import { hash, randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { CachedValue } from '../../cache/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import { type EventLoopYielder, runInSlices } from '../../domain/event-loop-yielder.ts';
import { firstEventAt, lastEventAt, type Session } from '../../domain/session.ts';
import { overlaps, type TimeRange } from '../../domain/time.ts';
import type { DerivedStore } from '../content-memory.ts';
import type { FileContent } from './files/content.ts';
import { openFile, type StoredFile } from './files/stored-file.ts';
import { buildCollectedSession, type CollectedSession, collectSessions, type FetchedFile } from './map.ts';

/** Files that are read together, opened. */
export interface FileSet {
  /** Equal for sets of the same files. */
  readonly key: string;
  readonly files: readonly FetchedFile[];
}

/** What is derived from cached files, and kept as long as there is space: parsed indexes, and the records of sessions. */
export interface KeptContent {
  /** Drops all of it. What is read later is of other files, and derived again. */
  readonly clear: () => void;
  readonly open: (files: readonly CachedValue<StoredFile>[]) => Promise<FileSet>;
  /**
   * Returns an agent's sessions in some files that may overlap the range, or have a period that does. Their records are collected
   * once, however many queries ask.
   */
  readonly sessions: (ref: string, fileSet: FileSet, during: TimeRange) => Promise<readonly Session[]>;
}

/**
 * A session as it is kept: its records. As objects, events and periods take ten times the memory, and each is one more object for
 * the garbage collector to visit; to build them again costs a quarter of what collecting the records did.
 */
interface KeptSession extends CollectedSession {
  /** The time of the first event. */
  readonly from: Instant;
  /** The time of the last event; null where the last status may last beyond it. */
  readonly to: Instant | null;
}

/** Objects take some times the memory of their JSON. */
const BYTES_PER_INDEX_CHAR = 4;
/** Measured: a session without its records, and a record without its text. */
const SESSION_BYTES = 256;
const RECORD_BYTES = 256;

/** Creates the derived content of one account. Work is done in slices of the event loop. */
export function createKeptContent(account: string, store: DerivedStore, yielder: EventLoopYielder): KeptContent {
  const identify = createIdentifier();
  const opened = new WeakSet<StoredFile>();
  // The store is shared, also with an earlier connection to an account of the same name.
  const parts = { account, id: randomUUID(), store, yielder, opened };
  // One after another: of many that share the slices, all would wake up in each turn. And each may use what the one before collected.
  const limitReads = pLimit(1);
  return {
    clear() {
      const keyPrefix = `${JSON.stringify([parts.id]).slice(0, -1)},`;
      for (const key of [...store.keys()]) {
        const isOwn = typeof key === 'string' ? key.startsWith(keyPrefix) : opened.has(key as StoredFile);
        if (isOwn) store.delete(key);
      }
    },
    async open(files) {
      const contents: FetchedFile[] = [];
      for (const { value, fetchedAt } of files) contents.push({ value: await openStored(value, parts), fetchedAt });
      return { key: hash('sha1', files.map(({ value }) => identify(value)).join()), files: contents };
    },
    sessions: (ref, fileSet, during) => limitReads(() => readSessions(ref, fileSet, during, parts)),
  };
}

interface Parts {
  readonly account: string;
  /** Names this content in the store. */
  readonly id: string;
  readonly store: DerivedStore;
  readonly yielder: EventLoopYielder;
  /** The files of this account that have been opened. */
  readonly opened: WeakSet<StoredFile>;
}

async function openStored(stored: StoredFile, { store, yielder, opened }: Parts): Promise<FileContent> {
  const kept = store.get(stored) as FileContent | undefined;
  if (kept) return kept;
  const content = await runInSlices(openFile(stored), yielder);
  opened.add(stored);
  // Content and key keep the records alive, even where the cache has evicted them.
  store.set(stored, content, { size: 1 + BYTES_PER_INDEX_CHAR * stored.index.length + stored.records.length });
  return content;
}

async function readSessions(ref: string, { key: fileSetKey, files }: FileSet, during: TimeRange, parts: Parts) {
  const { account, id, store, yielder } = parts;
  const key = JSON.stringify([id, fileSetKey, ref]);
  const kept = store.get(key) as readonly KeptSession[] | undefined;
  if (!kept) return keepSessions(key, ref, { files, during }, parts);
  const sessions: Session[] = [];
  for (const session of kept) {
    if (mayOverlap(session, during)) sessions.push(await buildCollectedSession(account, ref, session, yielder));
  }
  return sessions;
}

/** Collects and keeps an agent's sessions in some files; returns those that may overlap the range. */
async function keepSessions(
  key: string,
  ref: string,
  { files, during }: { readonly files: readonly FetchedFile[]; readonly during: TimeRange },
  { account, store, yielder }: Parts,
): Promise<readonly Session[]> {
  const kept: KeptSession[] = [];
  const sessions: Session[] = [];
  for (const collected of await collectSessions(ref, files, yielder)) {
    const session = await buildCollectedSession(account, ref, collected, yielder);
    const span = { from: firstEventAt(session), to: session.state === 'CLOSED' ? lastEventAt(session) : null };
    kept.push({ ...collected, ...span });
    if (mayOverlap(span, during)) sessions.push(session);
  }
  store.set(key, kept, { size: sizeOf(key, kept) });
  return sessions;
}

function mayOverlap({ from, to }: Pick<KeptSession, 'from' | 'to'>, during: TimeRange): boolean {
  // A period without duration at the very end overlaps a range that begins there.
  return overlaps(during, from, to === null ? null : to + 1);
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

function sizeOf(key: string, sessions: readonly KeptSession[]): number {
  let bytes = 2 * key.length;
  for (const { records } of sessions) {
    bytes += SESSION_BYTES;
    for (const [, events, , profiles] of records) bytes += RECORD_BYTES + events.length + (profiles?.[1].length ?? 0);
  }
  return bytes;
}
