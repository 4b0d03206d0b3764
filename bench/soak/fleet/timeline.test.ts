import { expect, test } from '@jest/globals';
import { utcDay } from '../../../src/domain/time.ts';
import { createCompany } from '../../../src/sandbox/company.ts';
import { periodsOn } from '../../../src/vendors/kore/cells.ts';
import { toAgentDetails } from '../../../src/vendors/kore/map.ts';
import { listAgents, toAgentRecord } from '../../../src/vendors/kore/sandbox/agents.ts';
import { listInteractionsV1, listInteractionsV2 } from '../../../src/vendors/vonage/sandbox/interactions.ts';
import { createTimeline, toWholeSecond } from './timeline.ts';

const NOW = Date.parse('2026-11-20T09:30:00.500Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
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
    const shift = company.shifts(person, at - DAY, at).findLast(({ end }) => end === null);
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

/** The starts of the statuses that Kore lists under a day, as the gateway reads them. */
function startsOn(agent: ReturnType<typeof listAgents>[number], from: number): readonly number[] {
  const { status } = toAgentRecord(worldAt(NOW), agent, { from, to: from + DAY, minutesWest: 0 });
  const { periods } = toAgentDetails({ status });
  return [...new Set(periodsOn(periods, utcDay(from)).map(([start]) => start))];
}

// Five days ago, a status ended at 00:00:00.886. By the end that Kore sends, it does not reach into that day.
test.each([1, 5, 12])('knows the statuses that Kore lists under the day %i days ago', (daysAgo) => {
  const from = Math.floor(NOW / DAY) * DAY - daysAgo * DAY;
  for (const agent of listAgents(worldAt(NOW)))
    expect(timeline.statusStarts(agent.person, from, from + DAY)).toEqual(startsOn(agent, from));
});

test('truncates to the second, as vendors do', () => {
  expect(toWholeSecond(NOW)).toBe(NOW - 500);
});
