import { expect, test } from '@jest/globals';
import { isPromise, settleProperties } from './promises.ts';

test.each<[string, unknown, boolean]>([
  ['a promise', Promise.resolve(), true],
  ['an object with a method `then`', { then: () => undefined }, true],
  ['a function with a method `then`', Object.assign(() => undefined, { then: () => undefined }), true],
  ['an object with another `then`', { then: 1 }, false],
  ['null', null, false],
  ['undefined', undefined, false],
  ['a text', 'then', false],
])('isPromise: %s', (_what, value, expected) => {
  expect(isPromise(value)).toBe(expected);
});

test('settleProperties resolves to the same object, in the same order', async () => {
  const object = { late: Promise.resolve(1), plain: 'text', none: undefined };
  const settled = await settleProperties(object);
  expect(settled).toBe(object);
  expect(Object.entries(settled)).toEqual([
    ['late', 1],
    ['plain', 'text'],
    ['none', undefined],
  ]);
});
