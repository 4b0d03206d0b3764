import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock } from '../../../test/support/clock.ts';
import {
  createWorker,
  createWorkers,
  type FakeAgent,
  fakeKore,
  KORE_ENTRY,
  parseFilter,
} from '../../../test/support/kore/account.ts';
import { connectVendor, jsonReply, type RequestHandler, stubHttp } from '../../../test/support/vendor-harness.ts';
import { createAccountCache } from '../../cache/account-cache.ts';
import { createMemoryStore } from '../../cache/memory-store.ts';
import { ttlSchema } from '../../config/cache.ts';
import type { StatusPeriod } from '../../domain/status-period.ts';
import { DAY, HOUR, MINUTE, utcDaysCovering } from '../../domain/time.ts';
import type { AccountDataSource } from '../vendor.ts';
import { config } from './config.ts';
import { kore } from './index.ts';

const NOW = Date.parse('2024-05-15T12:00:00Z');
function at(time: string) {
  return Date.parse(`2024-05-${time}Z`);
}
const account = { name: KORE_ENTRY.name, vendor: 'KORE' } as const;

function ongoingSince(startTime: string) {
  return { primaryStatus: 'BUSY', secondaryStatus: 'NBK', startTime, endTime: '-', duration: '-' };
}

function withOngoingPeriod(worker: FakeAgent): FakeAgent {
  return { ...worker, status: [ongoingSince('2024-05-15T09:00:00')] };
}

/** An account with a real cache. */
function connected(result: RequestHandler, { times = {}, entry = {} } = {}) {
  const clock = manualClock(NOW);
  const http = stubHttp(account, clock, result);
  const cache = createAccountCache({
    account,
    store: createMemoryStore(10_000_000),
    clock,
    staleIfErrorSeconds: 600,
    onRead: () => undefined,
  });
  const accountConfig = config.parse({ ...KORE_ENTRY, ...entry });
  const connection = kore.connect(accountConfig, {
    account,
    clock,
    http,
    cache,
    ttl: ttlSchema.parse(times),
    onDropped: () => undefined,
  });
  const openQuery = () =>
    connection.createDataSource({
      signal: new AbortController().signal,
      record: () => undefined,
      restrictCache: () => undefined,
      now: clock.now(),
      takeFileBudget: () => 0,
    });
  return { clock, open: openQuery, recall: connection.cachedAgents, sent: http.sent };
}

async function periodsOf(dataSource: AccountDataSource, ref: string, from: number, to: number) {
  const result = await dataSource.statusPeriods?.(ref, { from, to });
  if (!result) throw new Error('Kore can tell');
  return result;
}

test('requests only the cells that are not cached', async () => {
  const { open: openQuery, sent } = connected(fakeKore(createWorkers(3)));
  await periodsOf(openQuery(), 'agent0@example.com', at('13T00:00:00'), at('14T00:00:00'));
  const dataSource = openQuery();
  const results = await Promise.all(
    createWorkers(3).map((worker) => periodsOf(dataSource, worker.email, at('13T00:00:00'), at('14T00:00:00'))),
  );
  expect(sent.map((request) => parseFilter(request).agents)).toEqual([
    ['agent0@example.com'],
    ['agent1@example.com', 'agent2@example.com'],
  ]);
  expect(results.map(({ sources: [report] }) => report?.servedFrom)).toEqual(['CACHE', 'VENDOR', 'VENDOR']);
});

test('requests a past day once, and today again after a short time', async () => {
  const { open: openQuery, sent, clock } = connected(fakeKore([createWorker(1)]));
  await periodsOf(openQuery(), 'agent1@example.com', at('13T00:00:00'), NOW);
  clock.advance(10_000);
  await periodsOf(openQuery(), 'agent1@example.com', at('13T00:00:00'), NOW);
  expect(sent).toHaveLength(1);
  clock.advance(10_000);
  const { data } = await periodsOf(openQuery(), 'agent1@example.com', at('13T00:00:00'), NOW);
  expect(sent.map((request) => parseFilter(request).dateFilter)).toMatchObject([
    { startDate: '2024-05-13', endDate: '2024-05-15' },
    { date: '2024-05-15' },
  ]);
  expect(data).toHaveLength(3);
});

test('needs no call for the current status of discovered agents with an ongoing period', async () => {
  const { open: openQuery, sent } = connected(fakeKore(createWorkers(60).map(withOngoingPeriod)));
  const { data: agents = [] } = (await openQuery().discover?.()) ?? {};
  const dataSource = openQuery();
  await Promise.all([...agents.map(({ ref }) => dataSource.currentStatus?.(ref)), dataSource.currentStatus?.('u-7')]);
  expect(sent).toHaveLength(2);
});

describe('a vendor that lists a period only under the day on which it began', () => {
  const overnight = { ...createWorker(1, []), status: [ongoingSince('2024-05-14T22:00:00')] };
  /** Returns the periods that began on the requested days. */
  const byFirstDay: RequestHandler = (request) => {
    const { date, startDate = date ?? '', endDate = date ?? '' } = parseFilter(request).dateFilter;
    const status = overnight.status.filter(({ startTime }) => {
      const day = startTime.slice(0, 10);
      return day >= startDate && day <= endDate;
    });
    return jsonReply({ hasMore: false, data: status.length > 0 ? [{ ...overnight, status }] : [] });
  };

  test('still has the current status after midnight UTC, with one POST', async () => {
    const { open: openQuery, sent } = connected(byFirstDay);
    const status = await openQuery().currentStatus?.('agent1@example.com');
    expect(status?.data).toMatchObject({ start: at('14T22:00:00'), isOngoing: true });
    expect(sent.map((request) => parseFilter(request).dateFilter)).toMatchObject([
      { startDate: '2024-05-14', endDate: '2024-05-15' },
    ]);
  });

  test('has it after a discovery, which covers today only', async () => {
    const { open: openQuery, sent } = connected(byFirstDay);
    await openQuery().discover?.();
    const status = await openQuery().currentStatus?.('agent1@example.com');
    expect(status?.data).toMatchObject({ start: at('14T22:00:00'), isOngoing: true });
    expect(sent).toHaveLength(2);
  });
});

test('asks for today alone once yesterday is final, and with one day a POST', async () => {
  const { open: openQuery, sent, clock } = connected(fakeKore([createWorker(1)]));
  await openQuery().currentStatus?.('agent1@example.com');
  clock.advance(20_000);
  await openQuery().currentStatus?.('agent1@example.com');
  const single = connected(fakeKore([createWorker(1)]), { entry: { maxDaysPerCall: 1 } });
  await single.open().currentStatus?.('agent1@example.com');
  expect([...sent, ...single.sent].map((request) => parseFilter(request).dateFilter)).toMatchObject([
    { startDate: '2024-05-14', endDate: '2024-05-15' },
    { date: '2024-05-15' },
    { date: '2024-05-15' },
  ]);
});

test('keeps a period that began yesterday and has ended, also where the vendor lists it under yesterday only', async () => {
  const across = { ...ongoingSince('2024-05-14T22:00:00'), endTime: '2024-05-15T00:10:00' };
  const since = ongoingSince('2024-05-15T00:10:00');
  const bothDays = fakeKore([{ ...createWorker(1), status: [across, since] }]);
  const todayAlone = fakeKore([{ ...createWorker(1), status: [since] }]);
  const { open: openQuery, clock } = connected((request) =>
    (parseFilter(request).dateFilter.date === undefined ? bothDays : todayAlone)(request),
  );
  const startsOf = async () => {
    const { data } = await periodsOf(openQuery(), 'agent1@example.com', at('15T00:00:00'), NOW);
    return data.map(({ start }) => start);
  };
  expect(await startsOf()).toEqual([at('14T22:00:00'), at('15T00:10:00')]);
  clock.advance(20_000);
  expect(await startsOf()).toEqual([at('14T22:00:00'), at('15T00:10:00')]);
});

test('returns cached agents without a call for as long as discovery is cached', async () => {
  const { open: openQuery, recall, sent, clock } = connected(fakeKore(createWorkers(2)));
  expect(await recall?.()).toBeNull();
  const discovered = await openQuery().discover?.();
  expect(await recall?.()).toEqual(discovered?.data);
  expect(discovered?.data).toHaveLength(2);
  clock.advance(ttlSchema.parse({}).directory * 1000);
  expect(await recall?.()).toBeNull();
  expect(sent).toHaveLength(1);
});

test('serves a stale value while the vendor fails, and reports it as stale', async () => {
  let healthy = true;
  const people = fakeKore([createWorker(1)]);
  const { open: openQuery, clock } = connected((request) => (healthy ? people(request) : { status: 503 }));
  const before = await periodsOf(openQuery(), 'agent1@example.com', at('15T00:00:00'), NOW);
  healthy = false;
  clock.advance(60_000);
  const after = await periodsOf(openQuery(), 'agent1@example.com', at('15T00:00:00'), NOW);
  expect(after.data).toEqual(before.data);
  expect(after.sources).toMatchObject([{ outcome: 'STALE', fetchedAt: NOW, error: { code: 'VENDOR_UNAVAILABLE' } }]);
  expect(after.sources[0]?.incompleteDuring).toEqual([{ from: NOW, to: at('16T00:00:00') }]);
});

test('a stale day that was read after its end lacks nothing of it', async () => {
  let healthy = true;
  const status = [{ primaryStatus: 'BUSY', startTime: '2024-05-14T22:00:00', endTime: '-' }];
  const people = fakeKore([{ ...createWorker(1), status }]);
  const { open: openQuery, clock } = connected((request) => (healthy ? people(request) : { status: 503 }));
  const read = () => periodsOf(openQuery(), 'agent1@example.com', at('14T00:00:00'), at('15T00:00:00'));
  await read();
  healthy = false;
  clock.advance(60_000);
  const { sources } = await read();
  expect(sources).toMatchObject([{ outcome: 'STALE', fetchedAt: NOW }]);
  expect(sources[0]?.incompleteDuring).toEqual([{ from: at('15T00:00:00'), to: at('15T00:00:00') }]);
});

test('names the days that could not be read, and none where all could', async () => {
  const people = fakeKore([createWorker(1)]);
  const { open: openQuery } = connected(
    (request) => (parseFilter(request).dateFilter.date === '2024-05-14' ? { status: 400 } : people(request)),
    { entry: { maxDaysPerCall: 1 } },
  );
  const { sources } = await periodsOf(openQuery(), 'agent1@example.com', at('13T00:00:00'), NOW);
  expect(sources).toMatchObject([
    { outcome: 'PARTIAL', incompleteDuring: [{ from: at('14T00:00:00'), to: at('15T00:00:00') }] },
  ]);
  const whole = await periodsOf(openQuery(), 'agent1@example.com', at('15T00:00:00'), NOW);
  expect(whole.sources).toMatchObject([{ outcome: 'OK' }]);
  expect(whole.sources[0]).not.toHaveProperty('incompleteDuring');
});

test('makes one call for two concurrent queries', async () => {
  const { open: openQuery, sent } = connected(fakeKore([createWorker(1)]));
  await Promise.all([1, 2].map(() => periodsOf(openQuery(), 'agent1@example.com', at('14T00:00:00'), NOW)));
  expect(sent).toHaveLength(1);
});

describe('with everything cached', () => {
  const start = at('08T00:00:00');
  const stretch = fc.record({ gap: fc.integer({ min: 0, max: 900 }), minutes: fc.integer({ min: 1, max: 2500 }) });
  const text = (instant: number) => new Date(instant).toISOString().slice(0, 19);

  /** Consecutive statuses up to now; the last may be ongoing. */
  const timeline = fc.tuple(fc.array(stretch, { maxLength: 15 }), fc.boolean()).map(([stretches, ongoing]) => {
    const status: { primaryStatus: string; startTime: string; endTime: string }[] = [];
    let time = start;
    for (const { gap, minutes } of stretches) {
      const begins = time + gap * MINUTE;
      time = begins + minutes * MINUTE;
      if (time > NOW) break;
      status.push({ primaryStatus: 'AWAY', startTime: text(begins), endTime: text(time) });
    }
    const last = status.at(-1);
    return last && ongoing ? [...status.slice(0, -1), { ...last, endTime: '-' }] : status;
  });

  const randomRead = fc.record({
    agent: fc.nat(2),
    byUserId: fc.boolean(),
    from: fc.integer({ min: 0, max: 8 * 24 }).map((hours) => start + hours * HOUR),
    hours: fc.integer({ min: 1, max: 4 * 24 }),
  });
  const queries = fc.array(fc.array(randomRead, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

  test('any series of reads returns what the vendor would return', async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(timeline, timeline, timeline), queries, async (timelines, series) => {
        const people = timelines.map((status, n): FakeAgent => ({ ...createWorker(n), status }));
        const { open: openQuery } = connected(fakeKore(people), { times: { statusLive: 3600, statusPast: 86_400 } });
        for (const reads of series) {
          const dataSource = openQuery();
          const direct = connectVendor(kore, KORE_ENTRY, fakeKore(people), { now: NOW });
          const readOne = ({ agent, byUserId, from, hours }: (typeof reads)[number], source: AccountDataSource) =>
            periodsOf(source, byUserId ? `u-${agent}` : `agent${agent}@example.com`, from, from + hours * HOUR);
          const cachedResults = await Promise.all(reads.map((read) => readOne(read, dataSource)));
          const freshResults = await Promise.all(reads.map((read) => readOne(read, direct.createDataSource())));
          const data = (results: readonly { readonly data: readonly StatusPeriod[] }[]) =>
            results.map((worker) => worker.data);
          expect(data(cachedResults)).toEqual(data(freshResults));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('no cell is requested twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(randomRead, { minLength: 1, maxLength: 8 }), async (reads) => {
        const { open: openQuery, sent } = connected(fakeKore(createWorkers(3)), {
          times: {
            statusLive: 3600,
            statusPast: 86_400,
          },
        });
        // Always up to now: with gaps between the cached cells, a window may contain some of them again.
        for (const { agent, from } of reads) await periodsOf(openQuery(), `agent${agent}@example.com`, from, NOW);
        const dataSource = sent.flatMap((request) => {
          const { agents = [], dateFilter } = parseFilter(request);
          const from = Date.parse(dateFilter.date ?? dateFilter.startDate ?? '');
          const to = Date.parse(dateFilter.date ?? dateFilter.endDate ?? '') + DAY;
          return utcDaysCovering({ from, to }).flatMap((day) => agents.map((agent) => `${day} ${agent}`));
        });
        expect(new Set(dataSource).size).toBe(dataSource.length);
      }),
      { numRuns: 60 },
    );
  });
});
