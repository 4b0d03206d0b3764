import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom, createSeededUuid, hash } from './seeded-random.ts';

const anyParts = fc.array(fc.integer(), { minLength: 1, maxLength: 5 });

test('returns the same numbers for the same seed, within both bounds', () => {
  fc.assert(
    fc.property(anyParts, fc.integer({ min: -50, max: 50 }), fc.nat(100), (parts, min, span) => {
      const [first, second] = [createSeededRandom(...parts), createSeededRandom(...parts)];
      for (let i = 0; i < 10; i += 1) {
        const value = first.between(min, min + span);
        expect(value).toBe(second.between(min, min + span));
        expect(value >= min && value <= min + span).toBe(true);
      }
    }),
  );
});

test('returns true with the given probability', () => {
  const random = createSeededRandom(1);
  const hits = Array.from({ length: 10_000 }, () => random.chance(0.25)).filter(Boolean).length;
  expect(hits).toBeGreaterThan(2_300);
  expect(hits).toBeLessThan(2_700);
  expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
});

test('picks every choice eventually', () => {
  const random = createSeededRandom(2);
  const picked = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])));
  expect([...picked].sort()).toEqual(['a', 'b', 'c']);
});

test('hashes to a different number when the order of the parts changes', () => {
  expect(hash(1, 2)).not.toBe(hash(2, 1));
  expect(hash(1, 2)).toBe(hash(1, 2));
});

test('creates version 4 UUIDs that depend only on the seed', () => {
  fc.assert(
    fc.property(anyParts, (parts) => {
      expect(createSeededUuid(...parts)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(createSeededUuid(...parts)).toBe(createSeededUuid(...parts));
      expect(createSeededUuid(...parts)).not.toBe(createSeededUuid(...parts, 1));
    }),
  );
});
