import { describe, expect, test } from '@jest/globals';
import { connectTo, json } from '../../../test/support/vendor-harness.ts';
import { ENTRY, filterOf, type Habits, type Person, playing, worker, workers } from './account.fixture.ts';
import { kore } from './index.ts';

const NOW = Date.parse('2024-05-15T12:00:00Z');

function connected(people: readonly Person[], habits?: Habits, entry: object = {}) {
  return connectTo(kore, { ...ENTRY, ...entry }, playing(people, habits), { now: NOW });
}

const discover = async (harness: ReturnType<typeof connected>) => {
  const answer = await harness.open().discover?.();
  if (!answer) throw new Error('discovery is on');
  return answer;
};

test('finds everybody whom the unfiltered pages of the current UTC day name', async () => {
  const harness = connected([...workers(60), { userId: 'u-x', email: '' }]);
  const { data, sources } = await discover(harness);
  expect(data).toHaveLength(61);
  expect(data[0]).toEqual({
    ref: 'agent0@example.com',
    aliases: ['u-0'],
    name: 'Some Body',
    email: 'agent0@example.com',
  });
  expect(data[60]).toEqual({ ref: 'u-x', aliases: [], name: 'Some Body', email: null });
  expect(sources).toMatchObject([{ outcome: 'OK', endpoint: 'agentstatusdetails', servedFrom: 'VENDOR' }]);
  expect(harness.sent.map((request) => filterOf(request).dateFilter.date)).toEqual(['2024-05-15', '2024-05-15']);
});

test('looks back as many hours as it is told to', async () => {
  const harness = connected(workers(1), {}, { discoverHours: 13 });
  await discover(harness);
  expect(harness.sent.map((request) => filterOf(request).dateFilter)).toMatchObject([
    { startDate: '2024-05-14', endDate: '2024-05-15' },
  ]);
});

test('is left out where it is not wanted', () => {
  expect(connected([], {}, { discover: false }).open()).not.toHaveProperty('discover');
});

test('takes an agent with two userIds, or on two pages, for one', async () => {
  const again = [worker(1), { ...worker(1), userId: 'u-old', email: 'AGENT1@example.com' }, worker(1)];
  const { data } = await discover(connected(again));
  expect(data).toMatchObject([{ ref: 'agent1@example.com', aliases: ['u-1', 'u-old'] }]);
});

test('keeps the list for the directory’s time, and the cells that came with it for theirs', async () => {
  const harness = connected(workers(1));
  await discover(harness);
  expect(harness.kept.map(({ key, ttlSeconds }) => [...key, ttlSeconds])).toEqual([
    ['cell', 'agent0@example.com', '2024-05-15', 15],
    ['cell', 'u-0', '2024-05-15', 15],
    ['directory', 300],
  ]);
});

describe('where pages are missing', () => {
  const breaksOff = { pageSize: 2, instead: (page: number) => (page === 2 ? json({}, 503) : undefined) };

  test('those found are told, the list is said to be partial and not kept for long', async () => {
    const harness = connected(workers(5), breaksOff);
    expect(await discover(harness)).toMatchObject({
      data: [{ ref: 'agent0@example.com' }, { ref: 'agent1@example.com' }],
      sources: [{ outcome: 'PARTIAL', error: { code: 'VENDOR_UNAVAILABLE' } }],
    });
    expect(harness.kept.map(({ key, ttlSeconds }) => [...key, ttlSeconds])).toEqual([['directory', 15]]);
  });

  test('and always will be, the list is kept as long as any', async () => {
    const endless = { pageSize: 1, hasMore: true, instead: (page: number) => [{ userId: `u-${page}` }] };
    const harness = connected([], endless);
    expect(await discover(harness)).toMatchObject({
      sources: [{ outcome: 'PARTIAL', error: { reason: 'pagination' } }],
    });
    expect(harness.sent).toHaveLength(40);
    expect(harness.kept.at(-1)).toMatchObject({ key: ['directory'], ttlSeconds: 300 });
  });

  test('nobody found is a failure', async () => {
    await expect(discover(connected([], { instead: () => json({}, 500) }))).rejects.toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
    });
  });
});

test('an account without anybody is an answer', async () => {
  expect(await discover(connected([]))).toMatchObject({ data: [], sources: [{ outcome: 'OK' }] });
});
