import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runAtOnce } from './event-loop-yielder.ts';
import { ITEMS_PER_STEP, sortInSteps } from './sort-in-steps.ts';

function byKey(a: { readonly key: number }, b: { readonly key: number }): number {
  return a.key - b.key;
}

test('sorts as toSorted does, with equal items in their order', () => {
  const items = fc
    .array(fc.nat(9), { minLength: 0, maxLength: 3 * ITEMS_PER_STEP, size: 'max' })
    .map((keys) => keys.map((key, index) => ({ key, index })));
  fc.assert(
    fc.property(items, (all) => {
      const before = [...all];
      expect(runAtOnce(sortInSteps(all, byKey))).toEqual(all.toSorted(byKey));
      expect(all).toEqual(before);
    }),
    { numRuns: 30 },
  );
});

test('pauses for every thousand items of each pass', () => {
  let comparisons = 0;
  const counting = (a: number, b: number) => {
    comparisons += 1;
    return a - b;
  };
  const items = Array.from({ length: 8 * ITEMS_PER_STEP }, (_, index) => (index * 7919) % 8009);
  const steps = sortInSteps(items, counting);
  let [pauses, most] = [0, 0];
  for (let next = steps.next(); next.done !== true; next = steps.next()) {
    most = Math.max(most, comparisons);
    comparisons = 0;
    pauses += 1;
  }
  // Eight runs, and eight thousand items in each of three passes; the rest of a run that is left over is one step.
  expect(pauses).toBeGreaterThanOrEqual(8 + 3 * 8 - 7);
  expect(most).toBeLessThanOrEqual(ITEMS_PER_STEP * Math.log2(ITEMS_PER_STEP) + ITEMS_PER_STEP);
});
