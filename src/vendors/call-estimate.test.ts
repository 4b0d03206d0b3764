import { describe, expect, test } from '@jest/globals';
import type { AccountCache, CacheNamespace } from '../cache/cache.ts';
import {
  type CallEstimator,
  type PlannedRead,
  type TargetAgents,
  countAgents,
  createConnectionEstimates,
  memoizeBy,
} from './call-estimate.ts';

const targetAgents = (refs: readonly string[], overrides: Partial<TargetAgents> = {}): TargetAgents => ({
  key: refs.join(),
  refs,
  maxAgents: refs.length,
  unlisted: 'none',
  ...overrides,
});
const all = () => true;

describe('how many agents are meant', () => {
  test.each<[string, readonly TargetAgents[], number]>([
    ['nobody', [], 0],
    ['those known', [targetAgents(['a', 'b'])], 2],
    ['no more than wanted', [targetAgents(['a', 'b', 'c'], { maxAgents: 2 })], 2],
    ['the same ones once', [targetAgents(['a', 'b']), targetAgents(['a', 'b'])], 2],
    ['those whom two groups share once', [targetAgents(['a', 'b']), targetAgents(['b', 'c'])], 3],
    [
      'any of many, twice',
      [targetAgents(['a', 'b', 'c'], { maxAgents: 1 }), targetAgents(['a', 'b', 'c'], { maxAgents: 1, key: 'others' })],
      2,
    ],
    [
      'any of many, the same twice',
      [targetAgents(['a', 'b'], { maxAgents: 1 }), targetAgents(['a', 'b'], { maxAgents: 1 })],
      1,
    ],
    ['as many as wanted where not all are known', [targetAgents(['a'], { maxAgents: 7, unlisted: 'by-email' })], 7],
    [
      'unknown ones beside known ones',
      [targetAgents(['a']), targetAgents(['a'], { maxAgents: 7, unlisted: 'any', key: 'others' })],
      8,
    ],
  ])('%s', (_title, targets, expected) => {
    expect(countAgents(targets, all)).toBe(expected);
  });

  test('those who lack nothing do not count, but for those who are not known', () => {
    expect(countAgents([targetAgents(['a', 'b', 'c'])], (ref) => ref === 'b')).toBe(1);
    expect(countAgents([targetAgents(['a', 'b', 'c'], { maxAgents: 2 })], (ref) => ref !== 'b')).toBe(2);
    const unknown = targetAgents(['a'], { maxAgents: 2, unlisted: 'any' });
    expect(countAgents([unknown], () => false)).toBe(2);
    expect(countAgents([unknown, targetAgents(['b'])], () => false)).toBe(2);
  });
});

test('what is remembered is made once for each name, whatever it is', () => {
  const made: number[] = [];
  const memoizedHalf = memoizeBy(
    (n: number) => `${n % 3}`,
    (n) => {
      made.push(n);
      return n === 2 ? undefined : n / 2;
    },
  );
  expect([4, 1, 2, 7, 5, 4].map(memoizedHalf)).toEqual([2, 2, undefined, 2, undefined, 2]);
  expect(made).toEqual([4, 2]);
});

describe('an account’s estimates', () => {
  const namespace: CacheNamespace<string, string> = {
    endpoint: 'usage.json',
    version: 1,
    keyParts: (key) => [key],
    isValid: (value): value is string => typeof value === 'string',
  };
  const peekedKeys: string[][] = [];
  const cache = {
    peek: (_space: unknown, keys: readonly string[]) => {
      peekedKeys.push([...keys]);
      return Promise.resolve(keys.map((key) => (key === 'kept' ? { value: 'a value' } : undefined)));
    },
  } as unknown as AccountCache;
  /** A call for each agent that is not there, and for a token. */
  const estimate: CallEstimator = (reads, _now, probe) => {
    const refs = reads.flatMap((read) => (read.capability === 'discover' ? [] : read.target.refs));
    const missing = refs.filter((ref) => !probe.isCached(namespace, ref));
    return [
      { endpoint: 'usage.json', calls: missing.length },
      { endpoint: 'token', calls: probe.includesTokens ? 0 : 1 },
    ];
  };
  const reads: readonly PlannedRead[] = [
    { capability: 'currentStatus', target: targetAgents(['kept', 'gone', 'kept']), batchKey: null },
  ];

  test('at most: whatever is there, without a look', () => {
    expect(createConnectionEstimates(cache, estimate).maxCalls(reads, 0)).toEqual([
      { endpoint: 'usage.json', calls: 3 },
      { endpoint: 'token', calls: 1 },
    ]);
    expect(peekedKeys).toEqual([]);
  });

  test('missing: without what is there, looked for once', async () => {
    expect(await createConnectionEstimates(cache, estimate).uncachedCalls(reads, 0)).toEqual([
      { endpoint: 'usage.json', calls: 1 },
      { endpoint: 'token', calls: 0 },
    ]);
    expect(peekedKeys).toEqual([['kept', 'gone']]);
  });
});
