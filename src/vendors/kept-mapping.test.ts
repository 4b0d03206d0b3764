import { expect, test } from '@jest/globals';
import { createKeptMapping, hasTimeToLive } from './kept-mapping.ts';

const map = createKeptMapping((stored: readonly string[], observedAt, ref) => ({ text: stored[0], observedAt, ref }));

test('maps a stored value once, and another one for itself', () => {
  const stored = ['a'];
  expect(map(stored, 1, 'jane')).toBe(map(stored, 1, 'jane'));
  expect(map(['a'], 1, 'jane')).not.toBe(map(stored, 1, 'jane'));
});

test('maps it again for another spelling of the reference, and where it was observed at another time', () => {
  const stored = ['a'];
  expect(map(stored, 1, 'jane')).toEqual({ text: 'a', observedAt: 1, ref: 'jane' });
  expect(map(stored, 1, 'JANE')).toEqual({ text: 'a', observedAt: 1, ref: 'JANE' });
  expect(map(stored, 2, 'JANE')).toEqual({ text: 'a', observedAt: 2, ref: 'JANE' });
});

test('maps what is not kept each time', () => {
  const stored = ['a'];
  const mapped = map(stored, 1, 'jane', false);
  expect(mapped).toEqual({ text: 'a', observedAt: 1, ref: 'jane' });
  expect(map(stored, 1, 'jane', false)).not.toBe(mapped);
  expect(map(stored, 1, 'jane')).not.toBe(mapped);
});

test('a value with a TTL of 0 has no time to live', () => {
  const value = { fetchedAt: 1, servedFrom: 'VENDOR' } as const;
  expect([0, 1, 2].map((freshUntil) => hasTimeToLive({ ...value, freshUntil }))).toEqual([false, false, true]);
  expect(hasTimeToLive(value)).toBe(true);
});
