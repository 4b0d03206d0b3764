import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createInstantFormatter } from './format-instant.ts';

const HOUR_MS = 3_600_000;
const MAX_DATE_MS = 8_640_000_000_000_000;

describe('createInstantFormatter', () => {
  test('formats any instant as Date does', () => {
    const instants = fc.oneof(
      fc.integer({ min: -MAX_DATE_MS, max: MAX_DATE_MS }),
      fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') }),
      fc.constantFrom(0, -0, -1, 0.5, -0.5, MAX_DATE_MS, -MAX_DATE_MS),
    );
    const format = createInstantFormatter();
    fc.assert(
      fc.property(instants, (instant) => {
        expect([format(instant), format(instant)]).toEqual(Array(2).fill(new Date(instant).toISOString()));
      }),
      { numRuns: 1000 },
    );
  });

  test('keeps apart instants that share a slot of its memory', () => {
    const format = createInstantFormatter();
    const instants = Array.from({ length: 20_000 }, (_, index) => 1_800_000_000_000 + index * HOUR_MS);
    expect(instants.map(format)).toEqual(instants.map((instant) => new Date(instant).toISOString()));
  });

  test.each([NaN, Infinity, MAX_DATE_MS + 1])('rejects %d as Date does', (instant) => {
    expect(() => createInstantFormatter()(instant)).toThrow(RangeError);
  });
});
