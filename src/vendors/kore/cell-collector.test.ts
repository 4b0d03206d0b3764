import { expect, test } from '@jest/globals';
import { vendorError } from '../../http/response.ts';
import { toDataGap } from '../data-gap.ts';
import type { AgentDay } from './batching.ts';
import { createCellCollector, type RequestedCells } from './cell-collector.ts';

const error = vendorError(
  { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' },
  'VENDOR_UNAVAILABLE',
  { status: 503 },
);
const complete = { value: { periods: [], gap: null }, ttlSeconds: 60 };
const partial = { value: { periods: [], gap: toDataGap(error) }, ttlSeconds: 60 };

const DAY = '2024-05-15';
const [a, b, u] = ['a@example.com', 'b@example.com', 'u-1'].map((agent): AgentDay => ({ agent, day: DAY }));
function createRequest(...agents: readonly string[]): RequestedCells {
  return { firstDay: DAY, lastDay: DAY, agents: agents.length > 0 ? new Set(agents) : null };
}

function setUp(requests: readonly RequestedCells[]) {
  const keys = [a, b, u].filter((key) => key !== undefined);
  const reported: unknown[] = [];
  const collector = createCellCollector(keys, requests, ({ agent }, outcome) => reported.push([agent, outcome]));
  const cellsOf = (cell: typeof complete | typeof partial | typeof error, ...agents: readonly string[]) =>
    agents.map((agent) => ({ agent, day: DAY, cell }));
  return { collector, reported, cellsOf };
}

test('reports a complete cell at once, and a failed one when no running request can return it', () => {
  const [first, second, all] = [
    createRequest('a@example.com'),
    createRequest('b@example.com'),
    createRequest(),
  ] as const;
  const { collector, reported, cellsOf } = setUp([first, second, all]);
  collector.add(first, cellsOf(complete, 'a@example.com'));
  expect(reported).toEqual([['a@example.com', complete]]);
  collector.add(second, cellsOf(error, 'b@example.com'));
  expect(reported).toHaveLength(1);
  collector.add(all, [...cellsOf(error, 'u-1', 'a@example.com'), ...cellsOf(partial, 'b@example.com')]);
  expect(reported.slice(1)).toEqual([
    ['b@example.com', partial],
    ['u-1', error],
  ]);
  expect(collector.outcomes()).toEqual([complete, partial, error]);
});

test('returns the results of cells that were not requested', () => {
  const all = createRequest();
  const { collector, reported, cellsOf } = setUp([all]);
  const others = [...cellsOf(complete, 'c@example.com'), { agent: 'a@example.com', day: '2024-05-14', cell: partial }];
  expect(collector.add(all, [...cellsOf(complete, 'a@example.com', 'b@example.com', 'u-1'), ...others])).toEqual(
    others,
  );
  expect(reported).toHaveLength(3);
});

test('reports a failed cell while requests of other agents and days are running', () => {
  const [first, second] = [createRequest('a@example.com'), createRequest('b@example.com')] as const;
  const { collector, reported, cellsOf } = setUp([first, second, { ...createRequest(), lastDay: '2024-05-14' }]);
  collector.add(first, cellsOf(error, 'a@example.com'));
  expect(reported).toEqual([['a@example.com', error]]);
});

test('throws for a cell that no request was sent for', () => {
  expect(() => setUp([]).collector.outcomes()).toThrow('No request was sent for 2024-05-15 a@example.com');
});
