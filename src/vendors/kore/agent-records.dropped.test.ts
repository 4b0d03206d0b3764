import { expect, test } from '@jest/globals';
import { createWorker, createWorkers } from '../../../test/support/kore/account.ts';
import { connectKore } from '../../../test/support/kore/harness.ts';

const yesterday = { from: Date.parse('2024-05-14T00:00:00Z'), to: Date.parse('2024-05-15T00:00:00Z') };

test('reports records that cannot be read, and those of agents that were not asked for', async () => {
  const unlistedAgent = createWorker(99);
  const unreadable = { userId: '', email: '' };
  const workers = createWorkers(6);
  const { statusPeriods, dropped } = connectKore([], {
    overridePage: () => [...workers, unlistedAgent, unreadable].map((agent) => ({ ...agent })),
  });
  await Promise.all(workers.map(async ({ email }) => statusPeriods(email, yesterday)));
  expect(dropped).toEqual([
    ['agentstatusdetails', 'contract', 1],
    ['agentstatusdetails', 'foreign_agent', 1],
  ]);
});

test('reports status records that cannot be read once, however many references their agent has', async () => {
  const worker = createWorker(1);
  const broken = { ...worker, status: [{ primaryStatus: 'BUSY', startTime: 'soon' }, null] };
  const { statusPeriods, dropped } = connectKore([], { overridePage: () => [{ ...broken }] });
  await Promise.allSettled([statusPeriods(worker.email, yesterday)]);
  expect(dropped).toEqual([['agentstatusdetails', 'contract', 2]]);
});
