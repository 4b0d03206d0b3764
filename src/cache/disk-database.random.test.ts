import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findDiskRows, setUpDiskFolder } from '../../test/support/disk-harness.ts';
import { openDiskDatabase } from './disk-database.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const MIB = 1_048_576;
const newPath = setUpDiskFolder();

/** What a test does with a few keys. */
const commandArbitrary = fc.oneof(
  fc.record({
    type: fc.constant('write' as const),
    keys: fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }),
    size: fc.oneof(fc.nat(2000), fc.nat(200_000)),
    age: fc.nat(50),
    ttl: fc.nat(100),
  }),
  fc.record({ type: fc.constant('delete' as const), keys: fc.array(fc.nat(30), { maxLength: 3 }) }),
  fc.record({ type: fc.constant('advance' as const), by: fc.nat(20) }),
  fc.record({ type: fc.constant('reopen' as const) }),
);

test('returns what a map would, or a miss for what was evicted or has expired', () => {
  fc.assert(
    fc.property(fc.array(commandArbitrary, { maxLength: 60 }), (commands) => {
      const path = newPath();
      const maxBytes = 2 * MIB;
      let database = openDiskDatabase(path, maxBytes);
      const model = new Map<string, { value: string; fetchedAt: number; expiresAt: number }>();
      const written = new Set<string>();
      let now = NOW;
      let evictions = 0;
      for (const [index, command] of commands.entries()) {
        if (command.type === 'write') {
          const fetchedAt = now - command.age;
          const rows = command.keys.map((key) => ({
            key: `key ${key}`,
            entry: {
              value: `${index}`.padEnd(command.size),
              fetchedAt,
              freshUntil: fetchedAt,
              expiresAt: now + command.ttl,
            },
          }));
          database.write(rows, now);
          for (const { key, entry } of rows) {
            written.add(`${key} ${entry.value}`);
            if ((model.get(key)?.fetchedAt ?? -Infinity) <= fetchedAt) model.set(key, entry);
          }
        } else if (command.type === 'delete') {
          const keys = command.keys.map((key) => `key ${key}`);
          database.delete(findDiskRows(database, keys));
          for (const key of keys) model.delete(key);
        } else if (command.type === 'advance') {
          now += command.by;
          while (!database.tidy(now));
          for (const [key, { expiresAt }] of model) if (expiresAt <= now) model.delete(key);
        } else {
          evictions += database.use().evictions;
          database.close();
          database = openDiskDatabase(path, maxBytes);
        }
        expect(database.use().bytes).toBeLessThanOrEqual(maxBytes);
      }
      const keys = Array.from({ length: 31 }, (_, key) => `key ${key}`);
      const found = database.read(keys, Infinity).entries;
      evictions += database.use().evictions;
      const values = found.map((entry) => entry?.value);
      // Where a young entry was evicted, an older one may have been written.
      if (evictions > 0)
        expect(
          found.every((entry, index) => !entry || written.has(`${keys[index] ?? ''} ${String(entry.value)}`)),
        ).toBe(true);
      else expect(values).toEqual(keys.map((key) => model.get(key)?.value));
      expect(database.use().entries).toBe(found.filter(Boolean).length);
      database.close();
    }),
    { numRuns: 60 },
  );
});
