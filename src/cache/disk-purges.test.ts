import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import type { DiskConnection } from './disk-connection.ts';
import type { DeletedRow, ListedRow } from './disk-database.ts';
import { createDiskPurges } from './disk-purges.ts';
import { createSteadyClock } from './steady-clock.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');

/** A file of rows, two of which are listed at a time. */
function setUp(rows: readonly (readonly [key: string | null, fetchedAt: number])[]) {
  const clock = manualClock(NOW);
  let stored: readonly ListedRow[] = rows.map(([key, fetchedAt], row) => ({
    row,
    name: `name ${row}`,
    key,
    fetchedAt,
  }));
  const state = { isBroken: false };
  const tryRequest = (type: string, request: { after: number; rows: readonly DeletedRow[] }) => {
    if (state.isBroken) return Promise.resolve(undefined);
    if (type === 'list') return Promise.resolve({ rows: stored.filter(({ row }) => row > request.after).slice(0, 2) });
    const names = request.rows.map(({ name }) => name);
    stored = stored.filter(({ name }) => !names.includes(name));
    return Promise.resolve({ use: {} });
  };
  const file = { tryRequest } as unknown as Pick<DiskConnection, 'tryRequest'>;
  return { purges: createDiskPurges(file, createSteadyClock(clock)), state, left: () => stored.map(({ key }) => key) };
}

test('removes what matches and was requested before, and what cannot be read', async () => {
  const { purges, left } = setUp([
    ['a', NOW],
    ['b', NOW],
    ['a', NOW + 1],
    [null, NOW],
    ['a', NOW - 1],
  ]);
  purges.add((key) => key === 'a');
  expect(purges.isPurged('a', NOW)).toBe(true);
  expect([purges.isPurged('b', NOW), purges.isPurged('a', NOW + 1)]).toEqual([false, false]);
  expect(await purges.settle()).toBe(true);
  expect(left()).toEqual(['b', 'a']);
  expect(purges.isPurged('a', NOW)).toBe(false);
});

test('goes on to hide what could not be removed, until it is', async () => {
  const { purges, state, left } = setUp([['a', NOW]]);
  state.isBroken = true;
  purges.add(() => true);
  expect(await purges.settle()).toBe(false);
  expect(purges.isPurged('a', NOW)).toBe(true);
  await purges.retry();
  expect(left()).toEqual(['a']);
  state.isBroken = false;
  await purges.retry();
  expect([left(), await purges.settle(), purges.isPurged('a', NOW)]).toEqual([[], true, false]);
});
