import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from '@jest/globals';
import { finalEntry, findDiskRows, listDiskRows, setUpDiskFolder } from '../../test/support/disk-harness.ts';
import { type DiskDatabase, ForeignDatabaseError, openDiskDatabase } from './disk-database.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const MIB = 1_048_576;
const newPath = setUpDiskFolder();

const opened: DiskDatabase[] = [];
afterEach(() => {
  for (const database of opened.splice(0)) database.close();
});

function open(path = newPath(), maxBytes = 16 * MIB): DiskDatabase {
  const database = openDiskDatabase(path, maxBytes);
  opened.push(database);
  return database;
}

function valuesOf(database: DiskDatabase, keys: readonly string[], maxBytes = Infinity) {
  return database.read(keys, maxBytes).entries.map((entry) => entry?.value);
}

/** Changes the file behind the gateway's back. */
function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

describe('entries', () => {
  test('are found after the file was closed, in the order of the keys', () => {
    const path = newPath();
    const first = openDiskDatabase(path, 16 * MIB);
    const entry = finalEntry({ list: [1, 'ж', null], text: '\ud83d\ude00 \ud800 \0' }, NOW);
    first.write([{ key: 'a', entry }], NOW);
    first.close();
    const { entries, damagedEntries } = open(path).read(['b', 'a'], Infinity);
    expect([entries, damagedEntries]).toEqual([[undefined, { key: 'a', ...entry }], 0]);
  });

  test('are read at least one at a time, and until they exceed the bytes', () => {
    const database = open();
    const keys = ['a', 'b', 'c', 'd'];
    database.write(
      keys.map((key) => ({ key, entry: finalEntry(key.repeat(1000), NOW) })),
      NOW,
    );
    expect(valuesOf(database, keys, 1)).toHaveLength(1);
    expect(valuesOf(database, keys, 2000)).toHaveLength(2);
    expect(valuesOf(database, keys)).toHaveLength(4);
  });

  test('are not replaced by older ones, except by a clock that was ahead', () => {
    const database = open();
    const write = (value: string, fetchedAt: number) => {
      database.write([{ key: 'a', entry: finalEntry(value, fetchedAt) }], NOW);
      return valuesOf(database, ['a']);
    };
    expect(write('new', NOW)).toEqual(['new']);
    expect(write('old', NOW - 1)).toEqual(['new']);
    expect(write('as new', NOW)).toEqual(['as new']);
    expect(write('of the future', NOW + 5000)).toEqual(['of the future']);
    expect(write('now', NOW)).toEqual(['now']);
  });

  test('are listed some at a time, each once, with the beginning of a text as far as its key', () => {
    const database = open();
    const keys = Array.from({ length: 600 }, (_, index) => JSON.stringify(['"', index]));
    database.write(
      keys.map((key) => ({ key, entry: finalEntry('x'.repeat(10), NOW) })),
      NOW,
    );
    expect(listDiskRows(database).map(({ key, fetchedAt }) => [key, fetchedAt])).toEqual(keys.map((key) => [key, NOW]));
    expect(database.list(-1).length).toBeLessThan(600);
  });

  test('are deleted as they were listed, but for those that have been replaced', () => {
    const database = open();
    database.write(
      ['a', 'b', 'c'].map((key) => ({ key, entry: finalEntry(key, NOW) })),
      NOW,
    );
    const listed = findDiskRows(database, ['a', 'c']);
    database.write([{ key: 'c', entry: finalEntry('c', NOW + 1) }], NOW + 1);
    database.delete([...listed, { name: 'unknown', fetchedAt: NOW }]);
    expect(valuesOf(database, ['a', 'b', 'c'])).toEqual([undefined, 'b', 'c']);
    database.delete(findDiskRows(database, ['c']));
    expect(valuesOf(database, ['a', 'b', 'c'])).toEqual([undefined, 'b', undefined]);
    expect(database.use().entries).toBe(1);
  });

  test('are misses where a bit has changed, or where they belong to another key', () => {
    const path = newPath();
    const database = open(path);
    database.write(
      ['a', 'b', 'c'].map((key) => ({ key, entry: finalEntry(key, NOW) })),
      NOW,
    );
    const [a, b] = ['a', 'b'].map((key) => `text LIKE '{"key":"${key}"%'`);
    change(path, `UPDATE entries SET text = replace(text, '"value":"a"', '"value":"x"') WHERE ${a}`);
    change(
      path,
      `UPDATE entries SET (text, checksum) = (SELECT text, checksum FROM entries WHERE text LIKE '{"key":"c"%') WHERE ${b}`,
    );
    const { entries, damagedEntries } = database.read(['a', 'b', 'c'], Infinity);
    expect([entries.map((entry) => entry?.value), damagedEntries]).toEqual([[undefined, undefined, 'c'], 2]);
  });
});

describe('the bound', () => {
  const row = (key: number, kibibytes: number) => ({
    key: String(key),
    entry: finalEntry('x'.repeat(kibibytes * 1024), NOW + key),
  });

  test('holds for the file, evicting what was fetched first', () => {
    const path = newPath();
    const database = open(path);
    for (let key = 0; key < 400; key += 4) {
      database.write(
        [0, 1, 2, 3].map((index) => row(key + index, 100)),
        NOW,
      );
      expect(statSync(path).size).toBeLessThanOrEqual(16 * MIB);
    }
    const { entries, evictions, bytes } = database.use();
    expect(entries + evictions).toBe(400);
    expect(entries).toBeGreaterThan(140);
    expect(bytes).toBeGreaterThan(15 * MIB);
    const found = valuesOf(
      database,
      Array.from({ length: 400 }, (_, key) => String(key)),
    );
    expect(found.findIndex((value) => value !== undefined)).toBe(evictions);
  });

  test('leaves out an entry of more than a quarter of it', () => {
    const database = open();
    database.write([row(1, 1), row(2, 4096), row(3, 1)], NOW);
    expect(valuesOf(database, ['1', '2', '3']).map((value) => value !== undefined)).toEqual([true, false, true]);
    expect(database.use()).toMatchObject({ entries: 2, evictions: 1 });
  });

  test('is kept again, step by step, once it was lowered', () => {
    const path = newPath();
    const before = openDiskDatabase(path, 64 * MIB);
    for (let key = 0; key < 300; key++) before.write([row(key, 100)], NOW);
    before.close();
    expect(statSync(path).size).toBeGreaterThan(29 * MIB);
    const database = open(path);
    // One write does not do it all: reads would wait for it.
    database.write([row(300, 100)], NOW);
    expect(database.use()).toMatchObject({ entries: 300, evictions: 1 });
    let steps = 1;
    while (!database.tidy(NOW)) steps += 1;
    expect(steps).toBeGreaterThan(5);
    database.close();
    opened.pop();
    expect(statSync(path).size).toBeLessThanOrEqual(16 * MIB);
    expect(valuesOf(open(path), ['299'])).toEqual(['x'.repeat(102_400)]);
  });

  test('is smaller once entries have expired', () => {
    const path = newPath();
    const database = open(path);
    for (let key = 0; key < 1000; key += 100)
      database.write(
        Array.from({ length: 100 }, (_, index) => row(key + index, 10)),
        NOW,
      );
    const { bytes } = database.use();
    expect(database.tidy(NOW)).toBe(true);
    expect(database.use()).toMatchObject({ bytes, entries: 1000, evictions: 0 });
    const later = row(600, 10).entry.expiresAt;
    while (!database.tidy(later));
    expect(valuesOf(database, ['600', '601']).map((value) => value !== undefined)).toEqual([false, true]);
    expect(database.use()).toMatchObject({ entries: 399, evictions: 0 });
    database.close();
    opened.pop();
    expect(statSync(path).size).toBeLessThan(0.6 * bytes);
  });
});

describe('a file', () => {
  test('of another program is refused and unchanged', () => {
    const path = newPath();
    change(path, 'CREATE TABLE entries (name TEXT); INSERT INTO entries VALUES (1)');
    expect(() => openDiskDatabase(path, 16 * MIB)).toThrow(ForeignDatabaseError);
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT name FROM entries').all()).toEqual([expect.objectContaining({ name: '1' })]);
    database.close();
  });

  test('of another layout is emptied', () => {
    const path = newPath();
    openDiskDatabase(path, 16 * MIB).close();
    change(path, 'DROP TABLE entries; CREATE TABLE entries (other TEXT); PRAGMA user_version = 999');
    const database = open(path);
    expect(valuesOf(database, ['a'])).toEqual([undefined]);
    database.write([{ key: 'a', entry: finalEntry(1, NOW) }], NOW);
    expect(valuesOf(database, ['a'])).toEqual([1]);
  });

  test('is used by two processes at a time', () => {
    const path = newPath();
    const [one, other] = [open(path), open(path)];
    one.write([{ key: 'a', entry: finalEntry(1, NOW) }], NOW);
    other.write([{ key: 'b', entry: finalEntry(2, NOW) }], NOW);
    expect([valuesOf(one, ['a', 'b']), valuesOf(other, ['a', 'b'])]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    one.tidy(NOW);
    expect(one.use().entries).toBe(2);
  });
});
