import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccountCache, CacheNamespace } from '../cache/cache.ts';
import {
  type CallEstimator,
  countAgents,
  createCallEstimates,
  groupByKey,
  memoizeBy,
  type PlannedRead,
  type TargetAgents,
} from './call-estimate.ts';

function targetAgents(refs: readonly string[], overrides: Partial<TargetAgents> = {}): TargetAgents {
  return {
    key: refs.join(),
    refs,
    maxAgents: refs.length,
    unlisted: 'none',
    ...overrides,
  };
}
function all() {
  return true;
}

describe('countAgents', () => {
  test.each<[string, readonly TargetAgents[], number]>([
    ['no agents for no targets', [], 0],
    ['the known references', [targetAgents(['a', 'b'])], 2],
    ['no more than the upper bound', [targetAgents(['a', 'b', 'c'], { maxAgents: 2 })], 2],
    ['the same target once', [targetAgents(['a', 'b']), targetAgents(['a', 'b'])], 2],
    ['agents shared by two targets once', [targetAgents(['a', 'b']), targetAgents(['b', 'c'])], 3],
    [
      'one of several candidates, for two targets',
      [targetAgents(['a', 'b', 'c'], { maxAgents: 1 }), targetAgents(['a', 'b', 'c'], { maxAgents: 1, key: 'other' })],
      2,
    ],
    [
      'one of several candidates, for the same target twice',
      [targetAgents(['a', 'b'], { maxAgents: 1 }), targetAgents(['a', 'b'], { maxAgents: 1 })],
      1,
    ],
    [
      'the upper bound where not all references are known',
      [targetAgents(['a'], { maxAgents: 7, unlisted: 'by-email' })],
      7,
    ],
    [
      'unlisted agents in addition to known ones',
      [targetAgents(['a']), targetAgents(['a'], { maxAgents: 7, unlisted: 'any', key: 'other' })],
      8,
    ],
  ])('countAgents counts %s', (_title, targets, expected) => {
    expect(countAgents(targets, all)).toBe(expected);
  });

  test('countAgents ignores cached references, but not unlisted agents', () => {
    expect(countAgents([targetAgents(['a', 'b', 'c'])], (ref) => ref === 'b')).toBe(1);
    expect(countAgents([targetAgents(['a', 'b', 'c'], { maxAgents: 2 })], (ref) => ref !== 'b')).toBe(2);
    const unknown = targetAgents(['a'], { maxAgents: 2, unlisted: 'any' });
    expect(countAgents([unknown], () => false)).toBe(2);
    expect(countAgents([unknown, targetAgents(['b'])], () => false)).toBe(2);
  });
});

test('countAgents counts a target as often as the same target twice', () => {
  const targets = fc.record({
    key: fc.constant('same'),
    refs: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')),
    maxAgents: fc.nat(6),
    unlisted: fc.constantFrom('none' as const, 'by-email' as const, 'any' as const),
  });
  fc.assert(
    fc.property(targets, fc.subarray(['a', 'b', 'c', 'd']), (target, uncached) => {
      const isUncached = (ref: string) => uncached.includes(ref);
      expect(countAgents([target], isUncached)).toBe(countAgents([target, target], isUncached));
    }),
  );
});

test('groupByKey groups as Map.groupBy does, and reads no key of a single item', () => {
  const isRead: number[] = [];
  const keyOf = (n: number) => {
    isRead.push(n);
    return `${n % 2}`;
  };
  expect([...groupByKey([7], keyOf)]).toEqual([[7]]);
  expect(isRead).toEqual([]);
  expect([...groupByKey([], keyOf)]).toEqual([]);
  expect([...groupByKey([1, 2, 3], keyOf)]).toEqual([[1, 3], [2]]);
});

test('memoizeBy computes once per key, undefined results included', () => {
  const computed: number[] = [];
  const memoizedHalf = memoizeBy(
    (n: number) => `${n % 3}`,
    (n) => {
      computed.push(n);
      return n === 2 ? undefined : n / 2;
    },
  );
  expect([4, 1, 2, 7, 5, 4].map(memoizedHalf)).toEqual([2, 2, undefined, 2, undefined, 2]);
  expect(computed).toEqual([4, 2]);
});

describe('createCallEstimates', () => {
  const namespace: CacheNamespace<string, string> = {
    endpoint: 'usage.json',
    version: 1,
    keyParts: (key) => [key],
    isValid: (value): value is string => typeof value === 'string',
  };
  const peekedKeys: string[][] = [];
  const cache = {
    peek: (_namespace: unknown, keys: readonly string[]) => {
      peekedKeys.push([...keys]);
      return Promise.resolve(keys.map((key) => (key === 'cached' ? { value: 'a value' } : undefined)));
    },
  } as unknown as AccountCache;
  /** One call for each uncached agent, and one for a token. */
  const estimate: CallEstimator = (reads, _now, probe) => {
    const refs = reads.flatMap((read) => (read.capability === 'discover' ? [] : read.target.refs));
    const uncached = refs.filter((ref) => !probe.isCached(namespace, ref));
    return [
      { endpoint: 'usage.json', calls: uncached.length },
      { endpoint: 'token', calls: probe.includesTokens ? 0 : 1 },
    ];
  };
  const reads: readonly PlannedRead[] = [
    { capability: 'currentStatus', target: targetAgents(['cached', 'uncached', 'cached']), batchKey: null },
  ];

  test('maxCalls ignores the cache', () => {
    expect(createCallEstimates(cache, estimate).maxCalls(reads, 0)).toEqual([
      { endpoint: 'usage.json', calls: 3 },
      { endpoint: 'token', calls: 1 },
    ]);
    expect(peekedKeys).toEqual([]);
  });

  test('uncachedCalls leaves out what is cached, and probes each key once', async () => {
    expect(await createCallEstimates(cache, estimate).uncachedCalls(reads, 0)).toEqual([
      { endpoint: 'usage.json', calls: 1 },
      { endpoint: 'token', calls: 0 },
    ]);
    expect(peekedKeys).toEqual([['cached', 'uncached']]);
  });
});
