import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { formatEntry, parseEntry, parseKey } from './entry-text.ts';
import type { StoreUse } from './memory-store.ts';
import { redisKey } from './redis-keys.ts';
import { MAX_CLOCK_LEAD_MS } from './redis-time.ts';
import type { Entry } from './store.ts';

/** The file is a database of another program: nothing of it may be changed. */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError';
  override readonly message = 'the file is a database of another program';
}

/** Marks a file as a cache of the gateway, in the header of the database: "SwBd". */
const APPLICATION_ID = 0x53774264;
/** Changes with the tables. Entries of another format have other names, see `redisKey`. */
const LAYOUT_VERSION = 1;
/** How long to wait for another process that uses the file: for a transaction of a mebibyte, many times what it takes. */
const BUSY_TIMEOUT_MS = 250;
const OPEN_TIMEOUT_MS = 2000;
/** An entry that takes more than this part of the file is not kept. */
const MAX_ENTRY_RATIO = 1 / 4;
/** The part of the file that stays free for the indexes. */
const RESERVE_RATIO = 1 / 32;
/** How much of the file may be free before it is made smaller. */
const MAX_FREE_RATIO = 1 / 4;
/** What one step of `tidy` does: a few milliseconds. */
const ROWS_PER_STEP = 256;
const PAGES_PER_STEP = 256;
/** How much of a text is searched for its key. */
const MAX_KEY_CHARS = 4096;

const TABLES = `
DROP TABLE IF EXISTS entries;
CREATE TABLE entries (
  name TEXT PRIMARY KEY,
  fetched_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX entries_by_fetched_at ON entries (fetched_at);
CREATE INDEX entries_by_expires_at ON entries (expires_at);
PRAGMA user_version = ${LAYOUT_VERSION};`;

/** An entry to write; its times are of the wall clock. */
export interface DiskRow {
  readonly key: string;
  readonly entry: Entry;
}

/** A stored entry without its value. */
export interface ListedRow {
  readonly row: number;
  readonly name: string;
  readonly fetchedAt: number;
  /** Null where it cannot be read. */
  readonly key: string | null;
}

export type DeletedRow = Pick<ListedRow, 'name' | 'fetchedAt'>;

export interface DiskReadResult {
  /** Of the first keys; undefined for a miss. */
  readonly entries: readonly (Entry | undefined)[];
  /** How many entries are damaged; each is a miss. */
  readonly damagedEntries: number;
}

/** Entries in a file. Every function blocks its thread, and throws the errors of SQLite. */
export interface DiskDatabase {
  /** Reads at least one key, and more until the texts exceed `maxBytes`. */
  readonly read: (keys: readonly string[], maxBytes: number) => DiskReadResult;
  /** Writes entries unless younger ones are stored, in one transaction; evicts those that were fetched first. */
  readonly write: (rows: readonly DiskRow[], now: number) => void;
  /** Lists the first entries after the row with this number, in the order of their numbers; none at the end. */
  readonly list: (after: number) => readonly ListedRow[];
  /** Deletes listed entries, but for those that have been replaced since. What it deleted does not come back after a power failure. */
  readonly delete: (rows: readonly DeletedRow[]) => void;
  /** Does one step of removing what has expired and of making the file smaller; returns whether nothing is left to do. */
  readonly tidy: (now: number) => boolean;
  readonly use: () => StoreUse;
  readonly close: () => void;
}

export function openDiskDatabase(path: string, maxBytes: number): DiskDatabase {
  const db = new DatabaseSync(path, { timeout: OPEN_TIMEOUT_MS });
  try {
    prepare(db);
    return createDatabase(db, maxBytes);
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepare(db: DatabaseSync): void {
  const isNew = numberOf(db, 'PRAGMA page_count') === 0;
  if (isNew) db.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${APPLICATION_ID}`);
  if (numberOf(db, 'PRAGMA application_id') !== APPLICATION_ID) throw new ForeignDatabaseError();
  // A file that another program has written may have triggers and views that call functions.
  db.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 8388608');
  if (!hasTables(db)) {
    runTransaction(db, () => {
      if (!hasTables(db)) db.exec(TABLES);
    });
  }
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
}

function hasTables(db: DatabaseSync): boolean {
  return numberOf(db, 'PRAGMA user_version') === LAYOUT_VERSION;
}

function createDatabase(db: DatabaseSync, maxBytes: number): DiskDatabase {
  const pages = createPages(db, maxBytes);
  const select = db.prepare('SELECT text, checksum FROM entries WHERE name = ?');
  const remove = db.prepare('DELETE FROM entries WHERE name = ? AND fetched_at = ?');
  const count = db.prepare('SELECT count(*) AS value FROM entries');
  const removeExpired = db.prepare(
    `DELETE FROM entries WHERE rowid IN (SELECT rowid FROM entries WHERE expires_at <= ? LIMIT ${ROWS_PER_STEP})`,
  );
  const rows = createRows(db, pages);
  let entries = Number(count.get()?.value);
  let evictions = 0;

  return {
    read: (keys, maxReadBytes) => readRows((key) => select.get(nameOf(key)), keys, maxReadBytes),
    write(written, now) {
      const { added, evicted } = runTransaction(db, () => rows.write(written, now));
      entries += added;
      evictions += evicted;
    },
    list: createListing(db),
    delete(deleted) {
      entries -= runDurably(db, () =>
        deleted.reduce((sum, { name, fetchedAt }) => sum + Number(remove.run(name, fetchedAt).changes), 0),
      );
    },
    tidy(now) {
      const expired = Number(removeExpired.run(now).changes);
      const evicted = runTransaction(db, () => rows.evict(0, ROWS_PER_STEP));
      evictions += evicted;
      const isSmallEnough = pages.vacuum();
      // Another process may have changed the file.
      entries = Number(count.get()?.value);
      return expired < ROWS_PER_STEP && evicted < ROWS_PER_STEP && isSmallEnough;
    },
    use: () => ({ bytes: pages.usedBytes(), maxBytes, entries, evictions }),
    close: () => {
      db.close();
    },
  };
}

function createListing(db: DatabaseSync): DiskDatabase['list'] {
  const following = db.prepare(`
    SELECT rowid, name, fetched_at, substr(text, 1, ${MAX_KEY_CHARS}) AS head FROM entries
    WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS_PER_STEP}`);
  return (after) => following.all(after).map(toListedRow);
}

function toListedRow({ rowid, name, fetched_at: fetchedAt, head }: Readonly<Record<string, unknown>>): ListedRow {
  return { row: Number(rowid), name: String(name), fetchedAt: Number(fetchedAt), key: parseKey(String(head)) };
}

function readRows(
  select: (key: string) => Readonly<Record<string, unknown>> | undefined,
  keys: readonly string[],
  maxBytes: number,
): DiskReadResult {
  const entries: (Entry | undefined)[] = [];
  let [bytes, damagedEntries] = [0, 0];
  for (const key of keys) {
    const { text, checksum } = select(key) ?? {};
    const isStored = text !== undefined;
    const entry = typeof text === 'string' && crc32(text) === checksum ? parseEntry(text, key) : undefined;
    if (isStored && !entry) damagedEntries += 1;
    entries.push(entry);
    bytes += typeof text === 'string' ? text.length : 0;
    if (bytes > maxBytes) break;
  }
  return { entries, damagedEntries };
}

/** Writes and evicts rows, within a transaction. */
function createRows(db: DatabaseSync, pages: Pages) {
  const exists = db.prepare('SELECT 1 FROM entries WHERE name = ?');
  const insert = db.prepare(`
    INSERT INTO entries (name, fetched_at, expires_at, checksum, text) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET
      fetched_at = excluded.fetched_at, expires_at = excluded.expires_at, checksum = excluded.checksum, text = excluded.text
    WHERE excluded.fetched_at >= entries.fetched_at OR entries.fetched_at > ?`);
  const removeFirstFetched = db.prepare(
    'DELETE FROM entries WHERE rowid = (SELECT rowid FROM entries ORDER BY fetched_at LIMIT 1)',
  );

  function evict(bytes: number, maxRows = Infinity): number {
    let evicted = 0;
    while (evicted < maxRows && !pages.hasSpace(bytes) && removeFirstFetched.run().changes > 0) evicted += 1;
    return evicted;
  }

  return {
    evict,
    write(rows: readonly DiskRow[], now: number) {
      let [added, evicted] = [0, 0];
      for (const { key, entry } of rows) {
        const text = formatEntry(key, entry);
        const bytes = Buffer.byteLength(text);
        // A file that is larger than it may be is made smaller by `tidy`, between which reads are answered.
        if (bytes > pages.maxEntryBytes || !pages.isBounded()) {
          evicted += 1;
          continue;
        }
        const removed = evict(bytes);
        const name = nameOf(key);
        added += (exists.get(name) ? 0 : 1) - removed;
        evicted += removed;
        insert.run(name, entry.fetchedAt, entry.expiresAt, crc32(text), text, now + MAX_CLOCK_LEAD_MS);
      }
      return { added, evicted };
    },
  };
}

type Pages = ReturnType<typeof createPages>;

/** The pages of the file. SQLite itself refuses to add one above the bound. */
function createPages(db: DatabaseSync, maxBytes: number) {
  const pageBytes = numberOf(db, 'PRAGMA page_size');
  const maxPages = Math.floor(maxBytes / pageBytes);
  const pageCount = db.prepare('PRAGMA page_count');
  const freePages = db.prepare('PRAGMA freelist_count');
  const count = () => Number(pageCount.get()?.page_count);
  const free = () => Number(freePages.get()?.freelist_count);
  const usedBytes = () => (count() - free()) * pageBytes;
  const limit = () => {
    db.exec(`PRAGMA max_page_count = ${maxPages}`);
  };
  limit();
  return {
    maxEntryBytes: maxBytes * MAX_ENTRY_RATIO,
    usedBytes,
    isBounded: () => usedBytes() <= maxBytes,
    hasSpace: (bytes: number) => usedBytes() + bytes <= maxBytes * (1 - RESERVE_RATIO),
    /** Returns free pages to the file system, some at a time; returns whether few enough are left. */
    vacuum(): boolean {
      const [before, pages] = [free(), count()];
      if (before === 0 || (before <= pages * MAX_FREE_RATIO && pages <= maxPages)) return true;
      db.exec(`PRAGMA incremental_vacuum(${PAGES_PER_STEP})`);
      // While the file was larger, the bound could not be set.
      limit();
      return free() === before;
    },
  };
}

function runTransaction<Result>(db: DatabaseSync, run: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite itself ends a transaction after some errors.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Other transactions may be undone by a power failure: those are entries that are fetched again. */
function runDurably<Result>(db: DatabaseSync, run: () => Result): Result {
  db.exec('PRAGMA synchronous = FULL');
  try {
    return runTransaction(db, run);
  } finally {
    db.exec('PRAGMA synchronous = NORMAL');
  }
}

function numberOf(db: DatabaseSync, pragma: string): number {
  return Number(Object.values(db.prepare(pragma).get() ?? {})[0]);
}

function nameOf(key: string): string {
  return redisKey('entry', key);
}
