import { expect, test } from '@jest/globals';
import { fnv1a } from './fnv1a.ts';

// http://www.isthe.com/chongo/src/fnv/test_fnv.c
test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
  ['fo', 0x6222e842],
])('hashes %j as the reference implementation does', (text, hash) => {
  expect(fnv1a(text) >>> 0).toBe(hash);
});

test('continues the hash of what precedes', () => {
  expect(fnv1a('bar', fnv1a('foo'))).toBe(fnv1a('foobar'));
});

test('takes a code point beyond 16 bits as one step', () => {
  const grin = 0x1f600;
  expect(fnv1a('\u{1F600}')).toBe(Math.imul(0x811c9dc5 ^ grin, 0x01000193));
});
