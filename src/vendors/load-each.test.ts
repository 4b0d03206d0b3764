import { expect, test } from '@jest/globals';
import { loadEach } from './load-each.ts';

test('returns the failure of one key in its place, next to the values of the others', async () => {
  const failure = new Error('no such agent');
  const load = (key: string) => (key === 'b' ? Promise.reject(failure) : Promise.resolve(key.toUpperCase()));
  expect(await loadEach(['a', 'b', 'c'], load)).toEqual(['A', failure, 'C']);
});

test('wraps a rejection that is not an Error', async () => {
  const { promise, reject } = Promise.withResolvers<string>();
  reject('no reason');
  const [outcome] = await loadEach(['a'], () => promise);
  expect(outcome).toEqual(new Error('no reason'));
});
