import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DAY, utcDay } from '../../domain/time.ts';
import {
  type AgentDay,
  type BatchRequest,
  MAX_AGENTS_PER_REQUEST,
  packRequests,
  sharedWindows,
  toDays,
} from './batching.ts';

const MAX_DAYS = 32;
const FIRST = Date.parse('2024-02-26T00:00:00Z');
function day(number: number) {
  return utcDay(FIRST + number * DAY);
}
function agentNamed(number: number) {
  return `agent${number}@example.com`;
}
function several(count: number, days: readonly number[], from = 0): AgentDay[] {
  return Array.from({ length: count }, (_, index) =>
    days.map((date) => ({ agent: agentNamed(from + index), day: day(date) })),
  ).flat();
}

function cellsOf(requests: readonly BatchRequest[]) {
  return requests.flatMap((request) =>
    request.agents.flatMap((agent) => toDays(request).map((date) => `${date} ${agent}`)),
  );
}

describe('packRequests for agents over one range', () => {
  test.each([
    [0, 0],
    [1, 1],
    [50, 1],
    [51, 2],
    [120, 3],
  ])('packs %i agents into %i POSTs', (agents, posts) => {
    expect(packRequests(several(agents, [3, 4, 5]), MAX_DAYS)).toHaveLength(posts);
  });

  test('requests the days of the range', () => {
    expect(packRequests(several(2, [1, 2]), MAX_DAYS)).toEqual([
      { agents: [agentNamed(0), agentNamed(1)], firstDay: '2024-02-27', lastDay: '2024-02-28' },
    ]);
  });
});

test('packs a month with a leap day into one window', () => {
  expect(sharedWindows(several(1, [0, 31]), MAX_DAYS)).toHaveLength(1);
  expect(toDays({ firstDay: day(0), lastDay: day(31) })).toHaveLength(32);
  expect(toDays({ firstDay: '2024-02-28', lastDay: '2024-03-01' })).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
});

test('names the agents of one day once each, in their order', () => {
  const agents = fc.array(fc.nat(130).map(agentNamed), { minLength: 1, maxLength: 300, size: 'max' });
  fc.assert(
    fc.property(agents, fc.nat(70), fc.integer({ min: 1, max: MAX_DAYS }), (named, number, maxDays) => {
      const requests = packRequests(
        named.map((agent) => ({ agent, day: day(number) })),
        maxDays,
      );
      const distinct = [...new Set(named)];
      expect(requests.flatMap((request) => request.agents)).toEqual(distinct);
      expect(requests).toHaveLength(Math.ceil(distinct.length / MAX_AGENTS_PER_REQUEST));
      for (const { agents: batch, firstDay, lastDay } of requests) {
        expect([firstDay, lastDay]).toEqual([day(number), day(number)]);
        expect(batch.length).toBeLessThanOrEqual(MAX_AGENTS_PER_REQUEST);
      }
    }),
  );
});

test('requests the same agent once', () => {
  expect(packRequests([...several(1, [1]), ...several(1, [1])], MAX_DAYS)[0]?.agents).toEqual([agentNamed(0)]);
});

test('lets agents with different days share a POST while there is room', () => {
  expect(packRequests([...several(20, [5]), ...several(30, [4, 5], 20)], MAX_DAYS)).toHaveLength(1);
});

test('keeps agents with the same days together if that needs no further POST', () => {
  const requests = packRequests([...several(30, [0]), ...several(30, [20], 30)], MAX_DAYS);
  expect(requests).toHaveLength(2);
  expect(new Set(cellsOf(requests)).size).toBe(60);
});

/** 25 agents for each of these lists of days, in mixed order. */
function mixed(...lists: readonly (readonly number[])[]): AgentDay[] {
  return Array.from({ length: 25 }, (_, index) =>
    lists.flatMap((days, n) => several(1, days, index * lists.length + n)),
  ).flat();
}

test.each([
  ['begin', [[20], [0], [21], [1]], ['0–1', '20–21']],
  ['end', [[0, 20], [0], [0, 21], [0, 1]], ['0–1', '0–21']],
])('lets agents share a POST if their days %s at similar times', (_where, lists, windows) => {
  const requests = packRequests(mixed(...lists), MAX_DAYS);
  const number = (date: string) => (Date.parse(date) - FIRST) / DAY;
  expect(requests.map(({ firstDay, lastDay }) => `${number(firstDay)}–${number(lastDay)}`).sort()).toEqual(windows);
});

test('gives agents with days around a window’s end their own window if that saves a POST', () => {
  const requests = packRequests([...several(50, [0]), ...several(50, [31, 32], 50)], MAX_DAYS);
  expect(requests.map(({ agents, firstDay, lastDay }) => [agents.length, firstDay, lastDay])).toEqual([
    [50, day(0), day(0)],
    [50, day(31), day(32)],
  ]);
});

test('prefers, of packings with equally many POSTs, the one that requests fewer cells', () => {
  // In a window of its own, the second agent would need all of 32 days.
  const requests = packRequests([...several(1, [0]), ...several(1, [5, 36], 1)], MAX_DAYS);
  expect(requests).toHaveLength(2);
  expect(cellsOf(requests)).toHaveLength(2 * 6 + 1);
});

test('requests days too far apart for one window separately', () => {
  const requests = packRequests(several(1, [0, 400]), MAX_DAYS);
  expect(requests.map(({ firstDay, lastDay }) => [firstDay, lastDay])).toEqual([
    [day(0), day(0)],
    [day(400), day(400)],
  ]);
});

describe('packRequests for any missing cells', () => {
  const agentDays = fc.array(fc.record({ agent: fc.nat(130).map(agentNamed), day: fc.nat(70).map(day) }), {
    maxLength: 300,
    size: 'max',
  });
  const longest = fc.integer({ min: 1, max: MAX_DAYS });

  test('requests every cell', () => {
    fc.assert(
      fc.property(agentDays, longest, (missing, maxDays) => {
        const requestedCells = new Set(cellsOf(packRequests(missing, maxDays)));
        expect(missing.filter((place) => !requestedCells.has(`${place.day} ${place.agent}`))).toEqual([]);
      }),
    );
  });

  test('requests every cell once, in POSTs within their limits', () => {
    fc.assert(
      fc.property(agentDays, longest, (missing, maxDays) => {
        const requests = packRequests(missing, maxDays);
        for (const request of requests) {
          expect(request.agents.length).toBeLessThanOrEqual(MAX_AGENTS_PER_REQUEST);
          expect(new Set(request.agents).size).toBe(request.agents.length);
          expect(toDays(request).length).toBeLessThanOrEqual(maxDays);
        }
        expect(new Set(cellsOf(requests)).size).toBe(cellsOf(requests).length);
      }),
    );
  });

  test('needs no more POSTs than one window for all, a window for each agent, or a POST for each day', () => {
    fc.assert(
      fc.property(agentDays, longest, (missing, maxDays) => {
        const posts = packRequests(missing, maxDays).length;
        const agents = Map.groupBy(missing, (place) => place.agent);
        const days = Map.groupBy(missing, (place) => place.day);
        const agentsOf = (some: readonly AgentDay[]) => new Set(some.map((place) => place.agent)).size;
        const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

        const oneForAll = sharedWindows(missing, maxDays).length * Math.ceil(agents.size / MAX_AGENTS_PER_REQUEST);
        const agentByAgent = sum([...agents.values()].map((own) => sharedWindows(own, maxDays).length));
        const dayByDay = sum([...days.values()].map((some) => Math.ceil(agentsOf(some) / MAX_AGENTS_PER_REQUEST)));
        expect(posts).toBeLessThanOrEqual(Math.min(oneForAll, agentByAgent, dayByDay));
      }),
    );
  });
});
