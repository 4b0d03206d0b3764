import { describe, expect, test } from '@jest/globals';
import { createWorker, createWorkers, parseFilter } from '../../../test/support/kore/account.ts';
import { connectKore } from '../../../test/support/kore/harness.ts';
import { allValues } from '../../domain/maybe-promise.ts';
import { DAY, HOUR } from '../../domain/time.ts';

const NOW = Date.parse('2024-05-15T12:00:00Z');
function at(time: string) {
  return Date.parse(`2024-05-${time}Z`);
}
const yesterday = { from: at('14T00:00:00'), to: at('15T00:00:00') };
const sinceYesterday = { from: yesterday.from, to: NOW };
function email(n: number) {
  return `agent${n}@example.com`;
}

describe('statuses within one query', () => {
  test.each([
    [1, 1],
    [50, 1],
    [51, 2],
    [120, 3],
  ])('requests cells of %i agents with %i POSTs', async (count, posts) => {
    const { statusPeriods, sent } = connectKore(createWorkers(count));
    const results = await allValues(createWorkers(count).map((person) => statusPeriods(person.email, sinceYesterday)));
    expect(sent).toHaveLength(posts);
    expect(results.map(({ data }) => data.length)).toEqual(Array(count).fill(2));
    expect(results.every(({ data }, n) => data.every(({ ref }) => ref === email(n)))).toBe(true);
  });

  test('requests cells of now and yesterday with one POST', async () => {
    const { statusPeriods, currentStatus, sent } = connectKore(createWorkers(30));
    await allValues(
      createWorkers(30).flatMap((worker) => [currentStatus(worker.email), statusPeriods(worker.email, yesterday)]),
    );
    expect(sent).toHaveLength(1);
    expect(sent[0]?.keys).toBe(30);
  });

  test('requests cells of one agent once, for two spellings and two ranges', async () => {
    const { statusPeriods, sent } = connectKore([createWorker(1)]);
    const [first, second] = await Promise.all([
      statusPeriods('Agent1@Example.com', yesterday),
      statusPeriods(email(1), sinceYesterday),
    ]);
    expect(sent.map((request) => parseFilter(request).agents?.length)).toEqual([1]);
    expect([first.data.length, second.data.length]).toEqual([1, 2]);
    expect(first.data[0]?.ref).toBe('Agent1@Example.com');
  });

  test('requests cells that the query has already read only once', async () => {
    const { statusPeriods, currentStatus, sent } = connectKore([createWorker(1)]);
    await statusPeriods(email(1), sinceYesterday);
    await currentStatus(email(1));
    expect(sent).toHaveLength(1);
  });
});

describe('a time range', () => {
  test('yields to calls of live data when all its days have ended', async () => {
    const { statusPeriods, currentStatus, sent } = connectKore([createWorker(1)]);
    await statusPeriods(email(1), yesterday);
    await statusPeriods('u-1', yesterday);
    await statusPeriods(email(1), sinceYesterday);
    await currentStatus('u-1');
    expect(sent.map(({ priority }) => priority)).toEqual(['past', 'past', 'live', 'live']);
  });

  test.each([
    ['15T00:04:59', 'live'],
    ['15T00:05:00', 'past'],
  ])('is live until five minutes after its last day: a caller’s now is behind (%s)', async (now, priority) => {
    const { statusPeriods, sent } = connectKore([createWorker(1)], {}, {}, at(now));
    await statusPeriods(email(1), yesterday);
    expect(sent.map((request) => request.priority)).toEqual([priority]);
  });

  test('requests whole UTC days, and leaves out the periods outside the time range', async () => {
    const { statusPeriods, sent } = connectKore([createWorker(1)]);
    const { data } = await statusPeriods(email(1), { from: at('14T18:00:00'), to: at('15T10:00:00') });
    expect(parseFilter({ body: sent[0]?.body ?? '' }).dateFilter).toMatchObject({
      startDate: '2024-05-14',
      endDate: '2024-05-15',
    });
    expect(data.map(({ start, end }) => [start, end])).toEqual([[at('15T09:00:00'), at('15T17:00:00')]]);
  });

  test('requests a time range up to today, since the vendor has no data of later days', async () => {
    const { statusPeriods, sent } = connectKore([createWorker(1)]);
    await statusPeriods(email(1), { from: NOW - HOUR, to: NOW + 7 * DAY });
    expect(parseFilter({ body: sent[0]?.body ?? '' }).dateFilter).toMatchObject({ endDate: '2024-05-15' });
    const future = await statusPeriods(email(1), { from: NOW + 2 * DAY, to: NOW + 3 * DAY });
    expect(future).toMatchObject({ data: [], sources: [{ outcome: 'OK', fetchedAt: null, servedFrom: null }] });
    expect(sent).toHaveLength(1);
  });

  test('returns periods by start, whatever the vendor’s order', async () => {
    const mixedUp = { ...createWorker(1), status: createWorker(1).status?.toReversed() ?? [] };
    const { data } = await connectKore([mixedUp]).statusPeriods(email(1), { from: at('13T00:00:00'), to: NOW });
    expect(data.map(({ start }) => start)).toEqual([at('13T09:00:00'), at('14T09:00:00'), at('15T09:00:00')]);
  });

  test('returns periods by start, whatever the vendor’s order within a day', async () => {
    const status = ['14', '11', '12'].map((hour) => ({
      primaryStatus: 'BUSY',
      startTime: `2024-05-14T${hour}:00:00`,
      endTime: `2024-05-14T${hour}:30:00`,
    }));
    const { data } = await connectKore([{ ...createWorker(1), status }]).statusPeriods(email(1), yesterday);
    expect(data.map(({ start }) => start)).toEqual([at('14T11:00:00'), at('14T12:00:00'), at('14T14:00:00')]);
  });

  test('keeps a period across midnight, or across the complete range, in one piece', async () => {
    const night = { primaryStatus: 'BUSY', startTime: '2024-05-13T22:00:00', endTime: '2024-05-15T06:00:00' };
    const { statusPeriods } = connectKore([{ ...createWorker(1), status: [night] }]);
    const { data } = await statusPeriods(email(1), { from: at('13T00:00:00'), to: NOW });
    expect(data).toMatchObject([{ start: at('13T22:00:00'), end: at('15T06:00:00'), label: null }]);
  });
});

describe('a status result', () => {
  test('reports the provenance of a status result', async () => {
    expect((await connectKore([createWorker(1)]).statusPeriods(email(1), yesterday)).sources).toEqual([
      {
        account: 'kore-main',
        endpoint: 'agentstatusdetails',
        outcome: 'OK',
        fetchedAt: NOW,
        freshUntil: NOW + 86_400_000,
        servedFrom: 'VENDOR',
        calls: [expect.any(Symbol)],
        error: null,
        coveredFrom: null,
        coveredTo: null,
      },
    ]);
  });

  test('returns an empty result for an agent that the vendor does not mention', async () => {
    const { statusPeriods, currentStatus } = connectKore([createWorker(1)]);
    expect(await statusPeriods('unknown@example.com', yesterday)).toMatchObject({
      data: [],
      sources: [{ outcome: 'OK' }],
    });
    expect(await currentStatus('unknown@example.com')).toMatchObject({ data: null, sources: [{ outcome: 'OK' }] });
  });

  test('finds the agent whatever the case of the e-mail address', async () => {
    const { statusPeriods } = connectKore([{ ...createWorker(1), email: 'AGENT1@example.com' }]);
    expect((await statusPeriods(email(1), yesterday)).data).toHaveLength(1);
  });

  test('requests the reference as spelled, and caches cells: long for a past day, briefly for today', async () => {
    const { statusPeriods, stored, sent } = connectKore([createWorker(1)]);
    await statusPeriods('Agent1@example.com', sinceYesterday);
    expect(parseFilter({ body: sent[0]?.body ?? '' }).agents).toEqual(['Agent1@example.com']);
    expect(stored).toEqual([
      { endpoint: 'agentstatusdetails', key: ['cell', email(1), '2024-05-14'], ttlSeconds: 86_400, isFinal: true },
      { endpoint: 'agentstatusdetails', key: ['cell', email(1), '2024-05-15'], ttlSeconds: 15, isFinal: false },
    ]);
  });
});

test('trims references before it sends them', async () => {
  const { statusPeriods, sent } = connectKore([createWorker(1)]);
  expect((await statusPeriods(' Agent1@example.com ', yesterday)).data).toHaveLength(1);
  expect(sent.map((request) => parseFilter(request).agents)).toEqual([['Agent1@example.com']]);
});

test('rethrows an error that is not a VendorError', async () => {
  const fault = () => {
    throw new TypeError('a bug');
  };
  const { statusPeriods, currentStatus } = connectKore([], { overridePage: fault });
  const outcomes = Promise.allSettled([statusPeriods(email(1), yesterday), currentStatus(email(1))]);
  expect(await outcomes).toMatchObject([{ reason: expect.any(TypeError) }, { reason: expect.any(TypeError) }]);
});

describe('the current status', () => {
  const status = (...records: readonly (readonly [string, string, string])[]) =>
    records.map(([secondaryStatus, startTime, endTime]) => ({
      primaryStatus: 'AWAY',
      secondaryStatus,
      startTime,
      endTime,
    }));

  test('returns the ongoing period that began last as the current status', async () => {
    const records = status(
      ['Lunch', '2024-05-15T11:30:00', '-'],
      ['Mail', '2024-05-15T08:00:00', '-'],
      ['Call', '2024-05-15T11:45:00', '2024-05-15T11:50:00'],
    );
    const { currentStatus } = connectKore([{ ...createWorker(1), status: records }]);
    expect((await currentStatus(email(1))).data).toMatchObject({ label: 'Lunch', isOngoing: true, end: null });
  });

  test('returns a current status that began days ago', async () => {
    const { currentStatus } = connectKore([
      { ...createWorker(1), status: status(['Leave', '2024-05-02T09:00:00', '-']) },
    ]);
    expect((await currentStatus(email(1))).data).toMatchObject({ label: 'Leave', start: at('02T09:00:00') });
  });

  test('returns no current status if the same response has its end as well', async () => {
    const records = status(
      ['Lunch', '2024-05-15T11:30:00', '2024-05-15T11:50:00'],
      ['Lunch', '2024-05-15T11:30:00', '-'],
    );
    const { currentStatus } = connectKore([{ ...createWorker(1), status: records }]);
    expect((await currentStatus(email(1))).data).toBeNull();
  });

  test('keeps the current status next to a period that ended in the second in which it began', async () => {
    const records = status(
      ['Lunch', '2024-05-15T11:30:00', '-'],
      ['Lunch', '2024-05-15T11:30:00', '2024-05-15T11:30:00'],
    );
    const { currentStatus } = connectKore([{ ...createWorker(1), status: records }]);
    expect((await currentStatus(email(1))).data).toMatchObject({ label: 'Lunch', isOngoing: true });
  });

  test('returns no current status if the vendor does not report a period as ongoing', async () => {
    const { currentStatus } = connectKore([
      { ...createWorker(1), status: status(['Lunch', '2024-05-15T11:30:00', '']) },
    ]);
    expect((await currentStatus(email(1))).data).toBeNull();
  });
});

describe('a userId', () => {
  test('requests all agents for a userId, on the days that all userIds of the query need', async () => {
    const { statusPeriods, sent } = connectKore(createWorkers(60));
    const [first, last] = await Promise.all([
      statusPeriods('u-0', { from: at('13T00:00:00'), to: at('14T00:00:00') }),
      statusPeriods('u-59', yesterday),
    ]);
    expect(sent.map((request) => [parseFilter(request).agents, request.url.searchParams.get('offset')])).toEqual([
      [undefined, '0'],
      [undefined, '50'],
    ]);
    expect(parseFilter({ body: sent[0]?.body ?? '' }).dateFilter).toMatchObject({
      startDate: '2024-05-13',
      endDate: '2024-05-14',
    });
    expect(first.data).toMatchObject([{ ref: 'u-0', start: at('13T09:00:00') }]);
    expect(last.data).toMatchObject([{ ref: 'u-59', start: at('14T09:00:00') }]);
  });

  test('returns no periods for an unknown userId', async () => {
    const { statusPeriods } = connectKore(createWorkers(2));
    expect(await statusPeriods('u-77', yesterday)).toMatchObject({ data: [], sources: [{ outcome: 'OK' }] });
  });

  test('caches the cells of all agents, by both references', async () => {
    const { statusPeriods, stored } = connectKore(createWorkers(2));
    await statusPeriods('u-0', yesterday);
    expect(stored.map(({ key }) => key[1]).sort()).toEqual([email(0), email(1), 'u-0', 'u-1'].sort());
  });

  test('requests a userId and an e-mail address in separate pages, each once', async () => {
    const { statusPeriods, sent } = connectKore(createWorkers(3));
    const results = await allValues(['u-0', email(1)].map((ref) => statusPeriods(ref, yesterday)));
    expect(sent.map((request) => parseFilter(request).agents).toSorted()).toEqual([[email(1)], undefined]);
    expect(results.map(({ data }) => data.length)).toEqual([1, 1]);
  });
});
