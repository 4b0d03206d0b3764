import { expect, test } from '@jest/globals';
import { rangePriority, readByPriority } from './range-priority.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');

test.each([
  ['in the future', NOW + 1, 'live'],
  ['now', NOW, 'live'],
  ['at a caller’s now, shortly before the gateway’s', NOW - 299_999, 'live'],
  ['five minutes ago', NOW - 300_000, 'past'],
])('classifies a range that ends %s', (_name, end, expected) => {
  expect(rangePriority(end, NOW)).toBe(expected);
});

test('reads keys in one batch for each priority, and returns the results in their order', async () => {
  const batches: string[] = [];
  const results = await readByPriority(
    ['a', 'B', 'c', 'D'],
    (key) => (key === key.toUpperCase() ? 'live' : 'past'),
    (keys, priority) => {
      batches.push(`${priority} ${keys.join('')}`);
      return Promise.resolve(keys.map((key) => `${priority} ${key}`));
    },
  );
  expect(batches).toEqual(['past ac', 'live BD']);
  expect(results).toEqual(['past a', 'live B', 'past c', 'live D']);
});
