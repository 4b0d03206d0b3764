import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { lenient, tolerantArray } from './tolerant-schema.ts';

const records = tolerantArray(z.object({ id: z.number() }));
function list(readable: number, unreadable: number) {
  return [
    ...Array.from({ length: unreadable }, () => ({ id: 'x' })),
    ...Array.from({ length: readable }, (_, id) => ({ id })),
  ];
}

describe('tolerantArray', () => {
  test.each([
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 3],
    [4, 1],
    [8, 2],
    [80, 20],
  ])('accepts %i readable and %i unreadable records, the latter as null', (readable, unreadable) => {
    const nulls = Array.from({ length: unreadable }, () => null);
    expect(records.parse(list(readable, unreadable))).toEqual([...nulls, ...list(readable, 0)]);
  });

  test.each([
    [0, 1],
    [0, 4],
    [3, 2],
    [7, 2],
    [79, 21],
  ])('rejects a list of %i readable and %i unreadable records', (readable, unreadable) => {
    expect(records.safeParse(list(readable, unreadable)).success).toBe(false);
  });

  test('rejects more than ten thousand records before it parses any', () => {
    let read = 0;
    const counted = tolerantArray(z.unknown().transform(() => (read += 1)));
    expect(counted.parse(Array<object>(10_000).fill({}))).toHaveLength(10_000);
    expect(read).toBe(10_000);
    expect(counted.safeParse(Array<object>(10_001).fill({})).success).toBe(false);
    expect(read).toBe(10_000);
  });

  test('counts null as an unreadable record', () => {
    expect(records.parse([null, { id: 1 }])).toEqual([null, { id: 1 }]);
    expect(records.safeParse([null]).success).toBe(false);
  });

  test.each([null, undefined, {}, 'x'])('rejects %j instead of a list', (other) => {
    expect(records.safeParse(other).success).toBe(false);
  });
});

test.each([
  [{ id: 1 }, { id: 1 }],
  [{ id: null }, { id: null }],
  [{ id: 'x' }, {}],
  [{ id: {} }, {}],
  [{}, {}],
])('lenient parses the optional field of %j as %j', (sent, read) => {
  expect(z.object({ id: lenient(z.number()) }).parse(sent)).toEqual(read);
});
