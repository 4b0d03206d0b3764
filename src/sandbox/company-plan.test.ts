import { expect, test } from '@jest/globals';
import { createCompanyPlan } from './company-plan.ts';
import { people } from './people.ts';

const DAY = Date.UTC(2026, 10, 20) / (24 * 60 * 60_000);

test('plans the same again, whatever has been planned since', () => {
  const plan = createCompanyPlan(people, 1);
  const planDay = (day: number) =>
    people.flatMap((_, index) => plan.segmentsOn(index, day).map((segment) => plan.activityIn(index, day, segment)));
  const first = planDay(DAY);
  expect(planDay(DAY)[0]).toBe(first[0]);
  for (let nth = 1; nth < 10; nth += 1) planDay(DAY + nth);
  expect(planDay(DAY)[0]).not.toBe(first[0]);
  expect(planDay(DAY)).toEqual(first);
});

test('gives calls only to people whose account reports them', () => {
  const plan = createCompanyPlan(people, 1);
  expect(people.filter((_, index) => plan.takesPhoneCalls(index))).toEqual(
    people.filter(({ refsByVendor }) => refsByVendor.vonage !== undefined),
  );
});
