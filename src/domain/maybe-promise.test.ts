import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { allValues, mapValue, rejectThrown } from './maybe-promise.ts';

function double(value: number): number {
  return 2 * value;
}

describe('mapValue', () => {
  test('a known value is changed at once', () => {
    expect(mapValue(2, double)).toBe(4);
  });

  test('a promised value is changed when it is known', async () => {
    await expect(mapValue(Promise.resolve(2), double)).resolves.toBe(4);
  });
});

test('a promise of another realm is one, too', async () => {
  const value = runInNewContext('Promise.resolve(2)') as Promise<number>;
  await expect(mapValue(value, double)).resolves.toBe(4);
  await expect(allValues([1, value])).resolves.toEqual([1, 2]);
});

describe('allValues', () => {
  test('known values need no promise', () => {
    expect(allValues([1, 2])).toEqual([1, 2]);
  });

  test('one promise makes a promise of all, in their order', async () => {
    const values = allValues([1, Promise.resolve(2), 3]);
    expect(values).toBeInstanceOf(Promise);
    expect(await values).toEqual([1, 2, 3]);
  });

  test('a promise by itself settles when the promise of several would', async () => {
    const turns: string[] = [];
    const record = (name: string) => () => turns.push(name);
    const [resolved, rejected] = [Promise.resolve(2), Promise.reject(new Error('no'))];
    const all = [
      Promise.all([rejected]).catch(record('all')),
      Promise.resolve(allValues([rejected])).catch(record('values')),
      Promise.all([resolved]).then(record('all')),
      Promise.resolve(allValues([resolved])).then(record('values')),
      Promise.all([resolved]).then(record('all')),
    ];
    await Promise.all(all);
    expect(turns).toEqual(['all', 'values', 'all', 'values', 'all']);
    expect(await allValues([resolved])).toEqual([2]);
  });

  test('rejects as soon as one is rejected', async () => {
    await expect(allValues([1, Promise.reject(new Error('no'))])).rejects.toThrow('no');
  });
});

describe('rejectThrown', () => {
  test('passes a value on', () => {
    expect(rejectThrown(() => 1)).toBe(1);
  });

  test('what is thrown is a rejection', async () => {
    const fail = (): number => {
      throw new Error('no');
    };
    await expect(rejectThrown(fail)).rejects.toThrow('no');
  });
});
