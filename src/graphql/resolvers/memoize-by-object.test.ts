import { expect, jest, test } from '@jest/globals';
import { memoizeByObject } from './memoize-by-object.ts';

test('computes a value once for each object, equal ones apart', () => {
  const compute = jest.fn(({ name }: { readonly name: string }) => name.toUpperCase());
  const memoized = memoizeByObject(compute);
  const [first, second] = [{ name: 'a' }, { name: 'a' }];
  expect([memoized(first), memoized(first), memoized(second)]).toEqual(['A', 'A', 'A']);
  expect(compute).toHaveBeenCalledTimes(2);
});

test('keeps an empty text, too', () => {
  const compute = jest.fn(() => '');
  const memoized = memoizeByObject(compute);
  const key = {};
  expect([memoized(key), memoized(key)]).toEqual(['', '']);
  expect(compute).toHaveBeenCalledTimes(1);
});
