import { expect, test } from '@jest/globals';
import { failOnUnhandledRejection } from '../../../test/support/unhandled-rejections.ts';
import { concatWhenDone, ignoreRejections, isPromise } from './promises.ts';

failOnUnhandledRejection();

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

test('concatWhenDone keeps the order of the texts', async () => {
  const late = Promise.resolve().then(() => 'b');
  await expect(concatWhenDone(['a', late, 'c', Promise.resolve('d')])).resolves.toBe('abcd');
});

test('ignoreRejections handles the promises among the values', () => {
  expect(() => {
    ignoreRejections([1, null, Promise.reject(new Error('unimportant')), Promise.resolve()]);
  }).not.toThrow();
});
