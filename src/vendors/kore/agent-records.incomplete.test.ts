import { describe, expect, test } from '@jest/globals';
import { createWorker, createWorkers, fakeKore, KORE_ENTRY, parseFilter } from '../../../test/support/kore/account.ts';
import { connectKore } from '../../../test/support/kore/harness.ts';
import { connectVendor, jsonReply, type RequestHandler } from '../../../test/support/vendor-harness.ts';
import { allValues } from '../../domain/maybe-promise.ts';
import { DAY } from '../../domain/time.ts';
import { kore } from './index.ts';
import { MAX_TOTAL_BYTES } from './pagination.ts';

const NOW = Date.parse('2024-05-15T12:00:00Z');
function at(time: string) {
  return Date.parse(`2024-05-${time}Z`);
}
const yesterday = { from: at('14T00:00:00'), to: at('15T00:00:00') };
function email(n: number) {
  return `agent${n}@example.com`;
}

// Missing data of a response, and how it is reported.

describe('a paged response', () => {
  test('requests the next page at the offset of the number of received agents', async () => {
    const { statusPeriods, sent } = connectKore(createWorkers(20), { pageSize: 8 });
    const results = await allValues(createWorkers(20).map((worker) => statusPeriods(worker.email, yesterday)));
    expect(sent.map(({ url }) => url.searchParams.get('offset'))).toEqual(['0', '8', '16']);
    expect(results.every(({ data, sources }) => data.length === 1 && sources[0]?.outcome === 'OK')).toBe(true);
  });

  test('returns a period once, however many pages contain it', async () => {
    const again = (page: number) => ({ ...createWorker(1), userId: `u-${page}` });
    const { statusPeriods, sent } = connectKore([], {
      hasMore: true,
      pageSize: 1,
      overridePage: (page) => [again(page % 3)],
    });
    expect(await statusPeriods(email(1), yesterday)).toMatchObject({ data: [{}], sources: [{ outcome: 'OK' }] });
    expect(sent).toHaveLength(4);
  });

  test('reports a paged response as complete once it has all requested agents, though the vendor reports more without end', async () => {
    const { statusPeriods, sent } = connectKore([createWorker(1)], {
      overridePage: () => [{ ...createWorker(1) }],
      hasMore: true,
    });
    expect(await statusPeriods(email(1), yesterday)).toMatchObject({ sources: [{ outcome: 'OK' }] });
    expect(sent).toHaveLength(2);
  });

  test.each([
    [
      'breaks off',
      { hasMore: true, pageSize: 1, overridePage: (page: number) => (page > 1 ? jsonReply({}, 503) : undefined) },
      2,
    ],
    [
      'does not end',
      { hasMore: true, pageSize: 1, overridePage: (page: number) => [{ ...createWorker(1), userId: `u-${page}` }] },
      40,
    ],
  ])(
    'reports a paged response that %s as incomplete, though it has all requested agents',
    async (_how, habits, calls) => {
      const { statusPeriods, sent } = connectKore([createWorker(1)], habits);
      expect(await statusPeriods(email(1), yesterday)).toMatchObject({
        data: [{ start: at('14T09:00:00') }],
        sources: [{ outcome: 'PARTIAL' }],
      });
      expect(sent).toHaveLength(calls);
    },
  );

  test('reports a paged response that exceeds the size limit as incomplete', async () => {
    const large = (page: number) => {
      const body = JSON.stringify({ hasMore: true, data: [createWorker(page)] });
      return { status: 200, body: body.padEnd(MAX_TOTAL_BYTES / 2) };
    };
    const { statusPeriods, sent } = connectKore([], { pageSize: 1, overridePage: large });
    const outcomes = Promise.allSettled(
      ['u-1', 'u-2', 'u-3'].map((ref) => Promise.resolve(statusPeriods(ref, yesterday))),
    );
    const error = { code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' };
    const partial = { value: { data: [{ start: at('14T09:00:00') }], sources: [{ outcome: 'PARTIAL', error }] } };
    expect(await outcomes).toMatchObject([partial, partial, { reason: error }]);
    expect(sent).toHaveLength(2);
  });

  test('combines two records of one agent in a paged response', async () => {
    const [first, second] = createWorker(1, [14, 15]).status ?? [];
    const records = [
      { userId: 'u-1', email: email(1), status: [first] },
      { userId: 'u-old', email: 'AGENT1@example.com', status: [second] },
    ];
    const { statusPeriods } = connectKore([], { overridePage: () => records });
    expect(await statusPeriods(email(1), { from: at('14T00:00:00'), to: NOW })).toMatchObject({
      data: [{ start: at('14T09:00:00') }, { start: at('15T09:00:00') }],
      sources: [{ outcome: 'OK' }],
    });
  });

  test.each([
    ['repeat without end', () => [{ ...createWorker(1) }]],
    ['end in an empty one with hasMore', (page: number) => (page === 1 ? [{ ...createWorker(1) }] : [])],
  ])('reports agents that are missing from pages that %s as unknown', async (_how, instead) => {
    const { statusPeriods, stored } = connectKore([], { overridePage: instead, hasMore: true, pageSize: 1 });
    const outcomes = Promise.allSettled([statusPeriods(email(1), yesterday), statusPeriods(email(2), yesterday)]);
    expect(await outcomes).toMatchObject([
      {
        value: {
          data: [{ start: at('14T09:00:00') }],
          sources: [{ outcome: 'PARTIAL', error: { reason: 'pagination' } }],
        },
      },
      { reason: { code: 'VENDOR_BAD_RESPONSE', reason: 'pagination' } },
    ]);
    expect(stored).toMatchObject([{ key: ['cell', email(1), '2024-05-14'], ttlSeconds: 15 }]);
  });

  test('keeps the received agents of a response that is cut short, and fails for the others', async () => {
    const breaksOff = { pageSize: 1, overridePage: (page: number) => (page === 2 ? jsonReply({}, 503) : undefined) };
    const { statusPeriods, stored } = connectKore(createWorkers(2), breaksOff);
    const outcomes = Promise.allSettled([statusPeriods(email(0), yesterday), statusPeriods(email(1), yesterday)]);
    expect(await outcomes).toMatchObject([
      {
        value: {
          data: [{ start: at('14T09:00:00') }],
          sources: [{ outcome: 'PARTIAL', servedFrom: 'VENDOR', error: { code: 'VENDOR_UNAVAILABLE', status: 503 } }],
        },
      },
      { reason: { code: 'VENDOR_UNAVAILABLE' } },
    ]);
    expect(stored).toMatchObject([{ ttlSeconds: 0 }]);
  });
});

describe('a record of an agent that was not requested', () => {
  const unrequestedAgent = { userId: 'u-90', email: email(90), status: createWorker(90).status };

  test('doubts only the agents that the response does not mention, since it may belong to another request', async () => {
    const mentioned = createWorkers(49);
    const { statusPeriods, stored } = connectKore([], {
      overridePage: () => [...mentioned, unrequestedAgent].map((one) => ({ ...one })),
    });
    const outcomes = await Promise.allSettled(
      [...mentioned, createWorker(99)].map((worker) => Promise.resolve(statusPeriods(worker.email, yesterday))),
    );
    expect(outcomes.slice(0, 49)).toMatchObject(
      mentioned.map((worker) => ({
        value: { data: [{ ref: worker.email }], sources: [{ outcome: 'OK', error: null }] },
      })),
    );
    expect(outcomes[49]).toMatchObject({ reason: { code: 'VENDOR_BAD_RESPONSE', reason: 'foreign_agent' } });
    // A past day of which nothing is missing is final.
    expect(stored.map(({ ttlSeconds }) => ttlSeconds)).toEqual(Array(49).fill(86_400));
  });

  test.each([
    ['another agent', unrequestedAgent],
    // The filter is an e-mail address: an agent without one cannot be meant, not even as the only record.
    ['an agent without an e-mail address', { ...unrequestedAgent, email: '' }],
  ])('fails if the only record belongs to %s', async (_whose, record) => {
    const { statusPeriods, stored } = connectKore([], { overridePage: () => [record] });
    await expect(statusPeriods(email(1), yesterday)).rejects.toMatchObject({ reason: 'foreign_agent' });
    expect(stored).toEqual([]);
  });

  test('accepts agents that were not requested in an unfiltered request', async () => {
    const { statusPeriods } = connectKore([], { overridePage: () => [{ ...createWorker(1) }, unrequestedAgent] });
    expect(await statusPeriods('u-1', yesterday)).toMatchObject({ data: [{}], sources: [{ outcome: 'OK' }] });
  });
});

test('keeps the results of other requests when one of several fails', async () => {
  const people = fakeKore(createWorkers(60));
  const harness = connectVendor(
    kore,
    KORE_ENTRY,
    (request) => (parseFilter(request).agents?.includes(email(0)) ? jsonReply({}, 500) : people(request)),
    { now: NOW },
  );
  const dataSource = harness.createDataSource();
  const settled = await Promise.allSettled(
    createWorkers(60).map(async (worker) => dataSource.statusPeriods?.(worker.email, yesterday)),
  );
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(50);
});

describe('unfiltered pages that contain agents requested by e-mail', () => {
  /** Handles filtered and unfiltered requests differently. */
  const connectedTo = (toSome: RequestHandler, toAll: RequestHandler) => {
    const harness = connectVendor(
      kore,
      KORE_ENTRY,
      (request) => (parseFilter(request).agents ? toSome : toAll)(request),
      {
        now: NOW,
      },
    );
    return { ...harness, sources: harness.createDataSource() };
  };
  const complete = { data: [{ start: at('14T09:00:00') }], sources: [{ outcome: 'OK' }] };
  const people = fakeKore(createWorkers(3));

  test('returns agents from unfiltered pages when their request by e-mail fails', async () => {
    const { sources: dataSource, sent } = connectedTo(() => jsonReply({}, 500), people);
    const results = await Promise.all([email(1), 'u-2'].map(async (ref) => dataSource.statusPeriods?.(ref, yesterday)));
    expect(results).toMatchObject([complete, complete]);
    expect(sent).toHaveLength(2);
  });

  test('keeps complete agents of a request by e-mail when the unfiltered pages are cut short', async () => {
    const breaking = fakeKore([], {
      hasMore: true,
      pageSize: 1,
      overridePage: (page) => (page > 1 ? jsonReply({}, 503) : [{ ...createWorker(1) }]),
    });
    const { sources: dataSource } = connectedTo(people, breaking);
    const [known] = await Promise.allSettled(
      [email(1), 'u-2'].map(async (ref) => dataSource.statusPeriods?.(ref, yesterday)),
    );
    expect(known).toMatchObject({ value: complete });
  });

  const partly = fakeKore([], {
    overridePage: () => [
      { ...createWorker(1), status: [...(createWorker(1).status ?? []), { startTime: 7 }] },
      { ...createWorker(2) },
    ],
  });

  test.each([
    ['among all agents', people, partly],
    ['among the agents requested by e-mail', partly, people],
  ])('fills in unreadable records %s from the other response', async (_which, toSome, toAll) => {
    const { sources: dataSource, sent } = connectedTo(toSome, toAll);
    const results = await Promise.all([email(1), 'u-2'].map(async (ref) => dataSource.statusPeriods?.(ref, yesterday)));
    expect(results).toMatchObject([complete, complete]);
    expect(sent).toHaveLength(2);
  });
});

test('reports a range of several requests as partial when one of them is incomplete', async () => {
  const people = fakeKore([createWorker(1)]);
  const broken = { ...createWorker(1), status: [{ startTime: 7 }, ...(createWorker(1, [14]).status ?? [])] };
  const partly = fakeKore([], { overridePage: () => [broken] });
  const harness = connectVendor(
    kore,
    { ...KORE_ENTRY, maxDaysPerCall: 1 },
    (request) => (parseFilter(request).dateFilter.date === '2024-05-14' ? partly : people)(request),
    { now: NOW },
  );
  const result = await harness.createDataSource().statusPeriods?.(email(1), { from: at('13T00:00:00'), to: NOW });
  expect(result).toMatchObject({
    data: [{ start: at('13T09:00:00') }, { start: at('14T09:00:00') }, { start: at('15T09:00:00') }],
    sources: [{ outcome: 'PARTIAL', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'contract' } }],
  });
});

test('reports a range of several requests as partial when one of them fails', async () => {
  const people = fakeKore([createWorker(1)]);
  const harness = connectVendor(
    kore,
    { ...KORE_ENTRY, maxDaysPerCall: 1 },
    (request) => (parseFilter(request).dateFilter.date === '2024-05-13' ? jsonReply({}, 500) : people(request)),
    { now: NOW },
  );
  const result = await harness.createDataSource().statusPeriods?.(email(1), { from: at('13T00:00:00'), to: NOW });
  expect(harness.sent).toHaveLength(3);
  expect(result).toMatchObject({
    data: [{ start: at('14T09:00:00') }, { start: at('15T09:00:00') }],
    sources: [{ outcome: 'PARTIAL', error: { code: 'VENDOR_UNAVAILABLE' } }],
  });
});

test('reads at most 400 pages for an agent without e-mail address, over all windows, and says so', async () => {
  let calls = 0;
  const harness = connectVendor(
    kore,
    { ...KORE_ENTRY, maxDaysPerCall: 1 },
    () => jsonReply({ data: [{ userId: `u-${(calls += 1)}` }], hasMore: true }),
    { now: NOW },
  );
  const month = { from: NOW - 30 * DAY, to: NOW };
  const reading = harness.createDataSource().statusPeriods?.('u-0', month);
  await expect(reading).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'pagination' });
  expect(harness.sent).toHaveLength(31 * 12);
});
