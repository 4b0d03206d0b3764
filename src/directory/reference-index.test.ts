import { expect, test } from '@jest/globals';
import { hashOfReference } from '../domain/reference-hash.ts';
import { createReferenceIndex } from './reference-index.ts';

const JANE = { account: 'kore', ref: 'jane@x.de' };
// Two references with the same hash.
const TWINS = [
  { account: 'kore', ref: 'u-1fr3v' },
  { account: 'kore', ref: 'u-2pv5a' },
];

test('finds all references that have a hash', () => {
  const index = createReferenceIndex(() => [JANE, ...TWINS]);
  expect(index(hashOfReference({ account: 'kore', ref: 'JANE@x.de' }))).toEqual([JANE]);
  expect(index(hashOfReference({ account: 'kore', ref: 'u-2pv5a' }))).toEqual(TWINS);
  expect(index(hashOfReference({ account: 'lp', ref: 'jane@x.de' }))).toEqual([]);
});

test('reads the references once, when the first one is looked up', () => {
  let reads = 0;
  const index = createReferenceIndex(() => {
    reads += 1;
    return [JANE];
  });
  expect(reads).toBe(0);
  for (const hash of [1, 2]) index(hash);
  expect(reads).toBe(1);
});
