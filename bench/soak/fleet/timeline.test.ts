import { expect, test } from '@jest/globals';
import { createCompany } from '../../../src/sandbox/company.ts';
import { listInteractionsV1, listInteractionsV2 } from '../../../src/vendors/vonage/sandbox/interactions.ts';
import { createTimeline, toWholeSecond } from './timeline.ts';

const NOW = Date.parse('2026-11-20T09:30:00.500Z');
const MINUTE = 60_000;
const timeline = createTimeline(NOW, NOW + 60 * MINUTE);

function worldAt(at: number) {
  return { now: () => at, company: createCompany({ now: () => at }) };
}

test.each([0, 7, 31, 59])('knows what Vonage answers after %i minutes', (minutes) => {
  const at = NOW + minutes * MINUTE;
  const world = worldAt(at);
  for (const person of world.company.people.filter(({ refsByVendor }) => refsByVendor.vonage !== undefined)) {
    const sent =
      person.site === 'vancouver'
        ? { interactions: listInteractionsV1(world, person) }
        : listInteractionsV2(world, person, new URLSearchParams());
    const guids = 'interactions' in sent ? sent.interactions.map(({ guid }) => guid) : [];
    expect(timeline.interactions(person, at, at)).toEqual([guids]);
  }
});

test.each([0, 13, 45])('knows the current statuses that Kore knows after %i minutes', (minutes) => {
  const at = NOW + minutes * MINUTE;
  const { company } = worldAt(at);
  for (const person of company.people.filter(({ refsByVendor }) => refsByVendor.kore !== undefined)) {
    const shift = company.shifts(person, at - 86_400_000, at).findLast(({ end }) => end === null);
    const [status] = timeline.statuses(person, at, at);
    expect(status?.status).toBe(shift?.statusChanges.at(-1)?.status.toUpperCase());
  }
});

test('lists every status that was current in a range', () => {
  const person = timeline.people.find((each) => timeline.statuses(each, NOW, NOW)[0]);
  if (!person) throw new Error('no person has a status');
  const all = timeline.statuses(person, NOW, NOW + 60 * MINUTE);
  expect(all.length).toBeGreaterThan(2);
  expect(timeline.statuses(person, NOW, NOW)).toEqual(all.slice(0, 1));
});

test('truncates to the second, as vendors do', () => {
  expect(toWholeSecond(NOW)).toBe(NOW - 500);
});
