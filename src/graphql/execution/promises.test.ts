import { describe, expect, test } from '@jest/globals';
import { failOnUnhandledRejection } from '../../../test/support/unhandled-rejections.ts';
import { allDone, concatWhenDone, ignoreRejections, isPromise } from './promises.ts';

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
  await expect(concatWhenDone(['a', late, 'c', Promise.resolve('d')], 'e')).resolves.toBe('abcde');
});

describe.each<[string, () => Promise<string>]>([
  ['fulfilled', () => Promise.resolve('b')],
  ['fulfilled later', () => Promise.resolve().then(() => 'b')],
  ['rejected', () => Promise.reject(new Error('no b'))],
])('concatWhenDone with one promise, %s', (_how, start) => {
  test('settles as with several', async () => {
    const outcome = await concatWhenDone(['a', start()], 'c').catch(String);
    expect(outcome).toBe(await concatWhenDone(['a', start(), 'c', Promise.resolve('')]).catch(String));
  });

  // Errors are listed in the order in which they occur; graphql-js waits for a promise of all fields.
  test('settles in the same microtask as a promise of all', async () => {
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    const value = start();
    const before = allDone(['a', value, 'c']).then((texts) => texts.join(''));
    const one = concatWhenDone(['a', value], 'c');
    const after = allDone(['a', value, 'c']).then((texts) => texts.join(''));
    await Promise.allSettled([
      before.then(note('before'), note('before')),
      one.then(note('one'), note('one')),
      after.then(note('after'), note('after')),
    ]);
    expect(order).toEqual(['before', 'one', 'after']);
  });
});

test('ignoreRejections handles the promises among the values', () => {
  expect(() => {
    ignoreRejections([1, null, Promise.reject(new Error('unimportant')), Promise.resolve()]);
  }).not.toThrow();
});
