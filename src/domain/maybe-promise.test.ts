import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { andThen } from './maybe-promise.ts';

test('passes a known value on at once', () => {
  expect(andThen(2, (value) => value + 1)).toBe(3);
  expect(andThen(null, (value) => value)).toBeNull();
});

test('passes on what a promise resolves to, also one of another realm', async () => {
  for (const promise of [Promise.resolve(2), runInNewContext('Promise.resolve(2)') as Promise<number>]) {
    const result = andThen(promise, (value) => value + 1);
    expect(result).not.toBe(3);
    expect(await result).toBe(3);
  }
});

test('leaves a failure as it is', async () => {
  const failed = andThen(Promise.reject(new Error('no')), () => 1);
  await expect(failed).rejects.toThrow('no');
});
