import { describe, expect, jest, test } from '@jest/globals';
import {
  createWorker,
  createWorkers,
  type FakeAgent,
  fakeKore,
  type FakeKoreOptions,
  KORE_ENTRY,
  parseFilter,
} from '../../../test/support/kore/account.ts';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import { directoryNamespace } from './discovery.ts';
import { kore } from './index.ts';

const NOW = Date.parse('2024-05-15T12:00:00Z');

function connected(people: readonly FakeAgent[], habits?: FakeKoreOptions, entry: object = {}) {
  return connectVendor(kore, { ...KORE_ENTRY, ...entry }, fakeKore(people, habits), { now: NOW });
}

async function discover(harness: ReturnType<typeof connected>) {
  const result = await harness.createDataSource().discover?.();
  if (!result) throw new Error('discovery is on');
  return result;
}

test('discovers all agents of the unfiltered pages of the current UTC day', async () => {
  const harness = connected([...createWorkers(60), { userId: 'u-x', email: '' }]);
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
  expect(harness.sent.map((request) => parseFilter(request).dateFilter.date)).toEqual(['2024-05-15', '2024-05-15']);
});

test('covers the days of the last discoverHours', async () => {
  const harness = connected(createWorkers(1), {}, { discoverHours: 13 });
  await discover(harness);
  expect(harness.sent.map((request) => parseFilter(request).dateFilter)).toMatchObject([
    { startDate: '2024-05-14', endDate: '2024-05-15' },
  ]);
});

test('leaves out discover and cachedAgents with discover: false', () => {
  const harness = connected([], {}, { discover: false });
  expect(harness.createDataSource()).not.toHaveProperty('discover');
  expect(harness.adapter).not.toHaveProperty('recall');
});

test('skips records without a reference, and reports them', async () => {
  const nameless = { userId: '', email: ' ', firstName: 'No', lastName: 'Body' };
  const harness = connected([], { overridePage: () => [nameless, { ...createWorker(1) }] });
  expect(await discover(harness)).toMatchObject({
    data: [{ ref: 'agent1@example.com' }],
    sources: [{ outcome: 'PARTIAL', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'contract' } }],
  });
});

test('merges an agent with two userIds, or on two pages', async () => {
  const again = [
    createWorker(1),
    { ...createWorker(1), userId: 'u-old', email: 'AGENT1@example.com' },
    createWorker(1),
  ];
  const { data } = await discover(connected(again));
  expect(data).toMatchObject([{ ref: 'agent1@example.com', aliases: ['u-1', 'u-old'] }]);
});

test('reads each record of an agent once, however many there are', async () => {
  async function countLooks(records: number): Promise<number> {
    const again = Array.from({ length: records }, (_, n) => ({ ...createWorker(1), userId: `u-${n}` }));
    const harness = connected([], { overridePage: () => again, hasMore: false });
    const add = jest.spyOn(Set.prototype, 'add');
    try {
      const { data } = await discover(harness);
      expect(data[0]?.aliases).toHaveLength(records);
      return add.mock.calls.length;
    } finally {
      add.mockRestore();
    }
  }
  const [some, more] = [await countLooks(100), await countLooks(200)];
  expect(more).toBeLessThan(2.1 * some);
});

test('caches the list for ttl.directory, and the cells of the same response for their own TTL', async () => {
  const status = [{ primaryStatus: 'BUSY', startTime: '2024-05-15T09:00:00', endTime: '-' }];
  const harness = connected([{ ...createWorker(0), status }]);
  await discover(harness);
  expect(harness.stored.map(({ key, ttlSeconds }) => [...key, ttlSeconds])).toEqual([
    ['cell', 'agent0@example.com', '2024-05-15', 15],
    ['cell', 'u-0', '2024-05-15', 15],
    ['directory', 300],
  ]);
});

test('caches no cell of today without an ongoing status, which may have begun yesterday, and cells of earlier days', async () => {
  const status = [{ primaryStatus: 'BUSY', startTime: '2024-05-14T09:00:00', endTime: '2024-05-14T10:00:00' }];
  const harness = connected([{ ...createWorker(0), status }], {}, { discoverHours: 24 });
  await discover(harness);
  expect(harness.stored.map(({ key }) => key)).toEqual([
    ['cell', 'agent0@example.com', '2024-05-14'],
    ['cell', 'u-0', '2024-05-14'],
    ['directory'],
  ]);
});

describe('discovery with missing pages', () => {
  const breaksOff = { pageSize: 2, overridePage: (page: number) => (page === 2 ? jsonReply({}, 503) : undefined) };

  test('returns the agents found, reports PARTIAL, and caches the list briefly', async () => {
    const harness = connected(createWorkers(5), breaksOff);
    expect(await discover(harness)).toMatchObject({
      data: [{ ref: 'agent0@example.com' }, { ref: 'agent1@example.com' }],
      sources: [{ outcome: 'PARTIAL', error: { code: 'VENDOR_UNAVAILABLE' } }],
    });
    expect(harness.stored.map(({ key, ttlSeconds }) => [...key, ttlSeconds])).toEqual([['directory', 15]]);
  });

  test('caches the list for the full TTL if the gap is permanent', async () => {
    const endless = { pageSize: 1, hasMore: true, overridePage: (page: number) => [{ userId: `u-${page}` }] };
    const harness = connected([], endless);
    expect(await discover(harness)).toMatchObject({
      sources: [{ outcome: 'PARTIAL', error: { reason: 'pagination' } }],
    });
    expect(harness.sent).toHaveLength(40);
    expect(harness.stored.at(-1)).toMatchObject({ key: ['directory'], ttlSeconds: 300 });
  });

  test('returns the agents found, and reports PARTIAL, if pages repeat without end', async () => {
    const harness = connected([], { overridePage: () => [{ ...createWorker(1) }], hasMore: true });
    expect(await discover(harness)).toMatchObject({
      data: [{ ref: 'agent1@example.com' }],
      sources: [{ outcome: 'PARTIAL', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'pagination' } }],
    });
    expect(harness.sent).toHaveLength(2);
  });

  test.each([
    [3, 5, 'OK'],
    [2, 4, 'PARTIAL'],
  ])('reads at most maxPages pages: %i', async (maxPages, agents, outcome) => {
    const harness = connected(createWorkers(5), { pageSize: 2 }, { maxPages });
    const { data, sources } = await discover(harness);
    expect(data).toHaveLength(agents);
    expect(sources).toMatchObject([{ outcome, error: outcome === 'OK' ? null : { reason: 'pagination' } }]);
  });

  test('reports the time to wait after a rate limit', async () => {
    const refusal = jsonReply({}, 429, { 'Retry-After': '7' });
    const harness = connected(createWorkers(3), {
      pageSize: 2,
      overridePage: (page) => (page === 2 ? refusal : undefined),
    });
    expect((await discover(harness)).sources).toMatchObject([
      { outcome: 'PARTIAL', error: { code: 'VENDOR_RATE_LIMITED', status: 429, retryAfterSeconds: 7 } },
    ]);
  });

  test('rejects if no agent was found', async () => {
    await expect(discover(connected([], { overridePage: () => jsonReply({}, 500) }))).rejects.toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
    });
  });
});

test('validates a cached list, and rejects anything else', () => {
  const agents = [{ ref: 'u-1', aliases: ['u-2'], name: null, email: null }];
  expect(directoryNamespace.isValid({ agents, gap: null })).toBe(true);
  for (const invalid of [null, {}, { agents }, { agents: [{}], gap: null }, { agents, gap: {} }]) {
    expect(directoryNamespace.isValid(invalid)).toBe(false);
  }
});

test('returns an empty list for an account without agents', async () => {
  expect(await discover(connected([]))).toMatchObject({ data: [], sources: [{ outcome: 'OK' }] });
});
