import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { closedSessions, DAY, HOUR, NOW, worldAt } from '../../../../test/support/liveperson-company.ts';
import { renderFile, listFiles } from './files.ts';

const world = worldAt(NOW);
const files = listFiles(world, 0, NOW);
const texts = files.map((file) => gunzipSync(renderFile('75555851', file)).toString());

test('writes each closed session in one hour, one to six hours after its end', () => {
  const lags = closedSessions
    .filter(({ shift }) => shift.start > NOW - 29 * DAY)
    .map(({ shift, end }) => {
      const holders = files.filter(({ sessions }) => sessions.some((session) => session.shift === shift));
      const ends = new Set(holders.map((file) => file.end));
      expect(ends.size).toBe(1);
      return (Math.max(...ends) - end) / HOUR;
    });
  expect(Math.min(...lags)).toBeGreaterThan(1);
  expect(Math.max(...lags)).toBeLessThanOrEqual(6);
  const late = lags.filter((lag) => lag > 3).length;
  expect(late).toBeGreaterThan(0);
  expect(late).toBeLessThan(lags.length / 5);
});

test('writes only closed sessions', () => {
  const writtenShifts = new Set(files.flatMap(({ sessions }) => sessions.map(({ shift }) => shift)));
  expect(writtenShifts.isSubsetOf(new Set(closedSessions.map(({ shift }) => shift)))).toBe(true);
});

test('writes some sessions twice', () => {
  const writtenShifts = files.flatMap(({ sessions }) => sessions.map(({ shift }) => shift));
  expect(new Set(writtenShifts).size).toBeLessThan(writtenShifts.length);
});

test('lists files from the end of their hour for 30 days', () => {
  fc.assert(
    fc.property(fc.integer({ min: NOW - 2 * DAY, max: NOW }), (now) => {
      const ends = listFiles(worldAt(now), 0, now + DAY).map(({ end }) => end);
      expect(Math.max(...ends)).toBeLessThanOrEqual(now);
      expect(Math.max(...ends)).toBeGreaterThan(now - DAY);
      expect(Math.min(...ends)).toBeGreaterThanOrEqual(now - 30 * DAY);
      expect(Math.min(...ends)).toBeLessThan(now - 29 * DAY);
    }),
    { numRuns: 50 },
  );
});

test('renders the same file at any time', () => {
  const [first] = listFiles(worldAt(NOW - 5 * DAY), NOW - 6 * DAY, NOW);
  expect(first).toBeDefined();
  expect(files).toContainEqual(first);
});

test('lists each file once for adjacent ranges', () => {
  const anyTime = fc.integer({ min: NOW - 40 * DAY, max: NOW });
  const hour = fc.constantFrom(...files.map(({ start }) => start));
  fc.assert(
    fc.property(fc.array(fc.oneof(anyTime, hour)), (cuts) => {
      const edges = [NOW - 40 * DAY, ...cuts.toSorted((a, b) => a - b), NOW];
      const names = edges.slice(1).flatMap((to, i) => listFiles(world, edges[i] ?? 0, to).map(({ name }) => name));
      expect(names).toEqual(files.map(({ name }) => name));
    }),
  );
});

test('lists some hours with two parts, and single parts with either number', () => {
  const parts = Map.groupBy(files, ({ start }) => start);
  const numbers = [...parts.values()].map((hour) => hour.map(({ name }) => /part-(\d{5})-0$/.exec(name)?.[1]).join());
  expect(new Set(numbers)).toEqual(new Set(['00000', '00001', '00000,00001']));
});

test('links a file by its name with .gz, a few without', () => {
  const bare = files.filter(({ link, name }) => link === name);
  expect(bare.length).toBeGreaterThan(0);
  expect(bare.length).toBeLessThan(files.length / 2);
  expect(files.every(({ link, name }) => link === name || link === `${name}.gz`)).toBe(true);
});

test('renders some files pretty-printed, the others with one document a line', () => {
  const pretty = texts.filter((text) => text.startsWith('{\n'));
  const lines = texts.filter((text) => !text.startsWith('{\n')).map((text) => text.trimEnd().split('\n'));
  expect(pretty.length).toBeGreaterThan(0);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines.flat()) expect(JSON.parse(line)).toHaveProperty('recordCollection');
  // Nothing inside a pretty document starts a line with its brace.
  for (const document of pretty.flatMap((text) => text.split(/\n(?=\{)/))) {
    expect(JSON.parse(document)).toHaveProperty('recordCollection');
  }
});
