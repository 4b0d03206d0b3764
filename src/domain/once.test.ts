import { expect, test } from '@jest/globals';
import { once } from './once.ts';

test('computes when it is called first, and only then', () => {
  let calls = 0;
  const get = once(() => ({ call: (calls += 1) }));
  expect(calls).toBe(0);
  expect(get()).toBe(get());
  expect(calls).toBe(1);
});
