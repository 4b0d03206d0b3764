import { expect, test } from '@jest/globals';
import { Seen } from './seen.ts';

test('knows the objects that were marked, once or several times', () => {
  const [marked, other] = [{ a: 1 }, { a: 1 }];
  Seen.mark(marked);
  Seen.mark(marked);
  expect([Seen.has(marked), Seen.has(other)]).toEqual([true, false]);
});

test('the mark is no part of the object, and no copy has it', () => {
  const object = { a: 1 };
  Seen.mark(object);
  expect(object).toEqual({ a: 1 });
  expect(Reflect.ownKeys(object)).toEqual(['a']);
  expect([Seen.has({ ...object }), Seen.has(structuredClone(object))]).toEqual([false, false]);
});

test('marks frozen objects, and those without a prototype', () => {
  for (const object of [Object.freeze({ a: 1 }), Object.create(null) as object]) {
    Seen.mark(object);
    expect(Seen.has(object)).toBe(true);
  }
});
