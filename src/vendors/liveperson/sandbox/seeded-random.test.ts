import { expect, test } from '@jest/globals';
import { seededInt, seededRandom } from './seeded-random.ts';

test('returns the same number for the same seed and spreads numbers over 0 ≤ n < 1', () => {
  const numbers = Array.from({ length: 1000 }, (_, index) => seededRandom('seed', index));
  expect(numbers).toEqual(Array.from({ length: 1000 }, (_, index) => seededRandom('seed', index)));
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  const mean = numbers.reduce((sum, number) => sum + number) / numbers.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
});

test('returns every integer below the bound', () => {
  const numbers = new Set(Array.from({ length: 100 }, (_, index) => seededInt(3, index)));
  expect([...numbers].sort()).toEqual([0, 1, 2]);
});
