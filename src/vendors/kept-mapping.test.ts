import { expect, test } from '@jest/globals';
import { createKeptMapping } from './kept-mapping.ts';

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
