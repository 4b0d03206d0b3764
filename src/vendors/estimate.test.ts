import { describe, expect, test } from '@jest/globals';
import type { AccountCache, Space } from '../cache/cache.ts';
import { type Estimate, type Question, type Whom, countAgents, createEstimates, remembered } from './estimate.ts';

const whom = (refs: readonly string[], more: Partial<Whom> = {}): Whom => ({
  key: refs.join(),
  refs,
  most: refs.length,
  others: 'none',
  ...more,
});
const all = () => true;

describe('how many agents are meant', () => {
  test.each<[string, readonly Whom[], number]>([
    ['nobody', [], 0],
    ['those known', [whom(['a', 'b'])], 2],
    ['no more than wanted', [whom(['a', 'b', 'c'], { most: 2 })], 2],
    ['the same ones once', [whom(['a', 'b']), whom(['a', 'b'])], 2],
    ['those whom two groups share once', [whom(['a', 'b']), whom(['b', 'c'])], 3],
    ['any of many, twice', [whom(['a', 'b', 'c'], { most: 1 }), whom(['a', 'b', 'c'], { most: 1, key: 'others' })], 2],
    ['any of many, the same twice', [whom(['a', 'b'], { most: 1 }), whom(['a', 'b'], { most: 1 })], 1],
    ['as many as wanted where not all are known', [whom(['a'], { most: 7, others: 'with e-mail' })], 7],
    ['unknown ones beside known ones', [whom(['a']), whom(['a'], { most: 7, others: 'any', key: 'others' })], 8],
  ])('%s', (_title, whoms, expected) => {
    expect(countAgents(whoms, all)).toBe(expected);
  });

  test('those who lack nothing do not count, but for those who are not known', () => {
    expect(countAgents([whom(['a', 'b', 'c'])], (ref) => ref === 'b')).toBe(1);
    expect(countAgents([whom(['a', 'b', 'c'], { most: 2 })], (ref) => ref !== 'b')).toBe(2);
    const unknown = whom(['a'], { most: 2, others: 'any' });
    expect(countAgents([unknown], () => false)).toBe(2);
    expect(countAgents([unknown, whom(['b'])], () => false)).toBe(2);
  });
});

test('what is remembered is made once for each name, whatever it is', () => {
  const made: number[] = [];
  const half = remembered(
    (n: number) => `${n % 3}`,
    (n) => {
      made.push(n);
      return n === 2 ? undefined : n / 2;
    },
  );
  expect([4, 1, 2, 7, 5, 4].map(half)).toEqual([2, 2, undefined, 2, undefined, 2]);
  expect(made).toEqual([4, 2]);
});

describe('an account’s estimates', () => {
  const space: Space<string, string> = {
    endpoint: 'usage.json',
    version: 1,
    canonical: (key) => [key],
    isValue: (value): value is string => typeof value === 'string',
  };
  const looks: string[][] = [];
  const cache = {
    peek: (_space: unknown, keys: readonly string[]) => {
      looks.push([...keys]);
      return Promise.resolve(keys.map((key) => (key === 'kept' ? { value: 'a value' } : undefined)));
    },
  } as unknown as AccountCache;
  /** A call for each agent that is not there, and for a token. */
  const estimate: Estimate = (questions, _now, held) => {
    const refs = questions.flatMap((question) => (question.capability === 'discover' ? [] : question.whom.refs));
    const missing = refs.filter((ref) => !held.has(space, ref));
    return [
      { endpoint: 'usage.json', calls: missing.length },
      { endpoint: 'token', calls: held.tokens ? 0 : 1 },
    ];
  };
  const questions: readonly Question[] = [
    { capability: 'currentStatus', whom: whom(['kept', 'gone', 'kept']), together: null },
  ];

  test('at most: whatever is there, without a look', () => {
    expect(createEstimates(cache, estimate).atMost(questions, 0)).toEqual([
      { endpoint: 'usage.json', calls: 3 },
      { endpoint: 'token', calls: 1 },
    ]);
    expect(looks).toEqual([]);
  });

  test('missing: without what is there, looked for once', async () => {
    expect(await createEstimates(cache, estimate).missing(questions, 0)).toEqual([
      { endpoint: 'usage.json', calls: 1 },
      { endpoint: 'token', calls: 0 },
    ]);
    expect(looks).toEqual([['kept', 'gone']]);
  });
});
