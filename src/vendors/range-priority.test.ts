import { expect, test } from '@jest/globals';
import { rangePriority } from './range-priority.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');

test.each([
  ['in the future', NOW + 1, 'live'],
  ['now', NOW, 'live'],
  ['at a caller’s now, shortly before the gateway’s', NOW - 299_999, 'live'],
  ['five minutes ago', NOW - 300_000, 'past'],
])('classifies a range that ends %s', (_name, end, expected) => {
  expect(rangePriority(end, NOW)).toBe(expected);
});
