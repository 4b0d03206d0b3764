import { describe, expect, test } from '@jest/globals';
import { createWorker, createWorkers, type FakeAgent } from '../../../test/support/kore/account.ts';
import { connectKore } from '../../../test/support/kore/harness.ts';

function at(time: string) {
  return Date.parse(`2024-05-${time}Z`);
}
const yesterday = { from: at('14T00:00:00'), to: at('15T00:00:00') };
function email(n: number) {
  return `agent${n}@example.com`;
}

function answering(data: readonly unknown[]) {
  return connectKore([], { overridePage: () => data as Record<string, unknown>[], hasMore: false });
}
const contractError = { code: 'VENDOR_BAD_RESPONSE', reason: 'contract' };
const partial = [{ outcome: 'PARTIAL', error: contractError }];
const completeSources = [{ outcome: 'OK', error: null }];

describe('unreadable periods', () => {
  const good = { primaryStatus: 'BUSY', startTime: '2024-05-14T09:00:00', endTime: '2024-05-14T10:00:00' };
  const bad = { ...good, startTime: 'this morning' };
  const connectWithStatus = (status: unknown) => answering([{ userId: 'u-1', email: email(1), status }]);

  test('leaves out unreadable periods, and reports the source as partial', async () => {
    const { statusPeriods, stored } = connectWithStatus([good, bad, { startTime: 7 }]);
    expect(await statusPeriods(email(1), yesterday)).toMatchObject({
      data: [{ start: at('14T09:00:00') }],
      sources: partial,
    });
    expect(stored).toMatchObject([{ ttlSeconds: 15 }]);
  });

  test.each([[[bad]], [[{ ...good, endTime: 7 }]], [[null]], [{}], ['none'], [0]])(
    'fails if an agent has no readable period: %j',
    async (status) => {
      await expect(connectWithStatus(status).statusPeriods(email(1), yesterday)).rejects.toMatchObject(contractError);
    },
  );

  test('limits the failure of unreadable periods to their own agent', async () => {
    const { statusPeriods } = answering([{ ...createWorker(1), status: {} }, createWorker(2)]);
    const outcomes = Promise.allSettled([statusPeriods(email(1), yesterday), statusPeriods(email(2), yesterday)]);
    expect(await outcomes).toMatchObject([
      { reason: contractError },
      { value: { data: [{}], sources: completeSources } },
    ]);
  });

  test('accepts a period with an unreadable name, with a null label', async () => {
    const { data, sources } = await connectWithStatus([{ ...good, secondaryStatus: 7 }]).statusPeriods(
      email(1),
      yesterday,
    );
    expect(data).toMatchObject([{ vendorStatus: 'BUSY', label: null }]);
    expect(sources).toMatchObject(completeSources);
  });
});

describe('a period in an unusual order', () => {
  const odd = (startTime: string, endTime: string) =>
    answering([{ ...createWorker(1), status: [{ primaryStatus: 'AWAY', startTime, endTime }] }]);

  test.each([
    ['with an end before its start', '2024-05-14T00:00:00', '2024-05-13T23:59:58', '14T00:00:00'],
    ['in the future', '2024-05-15T13:00:00', '2024-05-15T14:00:00', '15T13:00:00'],
  ])('returns a period in a range at its start: %s', async (_which, startTime, endTime, begins) => {
    const { data, sources } = await odd(startTime, endTime).statusPeriods(email(1), {
      from: at(begins),
      to: at(begins) + 1,
    });
    expect(data).toMatchObject([{ start: at(begins), end: Date.parse(`${endTime}Z`), isOngoing: false }]);
    expect(sources).toMatchObject(completeSources);
  });
});

describe('unreadable agents', () => {
  const odd = [null, 7, 'agent', [], {}, { userId: '', email: ' ' }, { userId: {}, email: 7 }, { userId: 1e21 }];

  test.each(odd)('leaves out an unreadable agent, and reports the source as partial: %j', async (record) => {
    const { statusPeriods, discover, stored } = answering([createWorker(1), record]);
    expect(await statusPeriods(email(1), yesterday)).toMatchObject({ data: [{ ref: email(1) }], sources: partial });
    expect(stored).toMatchObject([{ key: ['cell', email(1), '2024-05-14'], ttlSeconds: 15 }]);
    expect(await discover()).toMatchObject({ data: [{ ref: email(1) }], sources: partial });
  });

  test('fails for a missing agent that may be the unreadable one', async () => {
    const { statusPeriods, stored } = answering([createWorker(1), null]);
    await expect(statusPeriods('u-2', yesterday)).rejects.toMatchObject(contractError);
    expect(stored).toEqual([]);
  });

  test.each([
    [1, 1, 'VENDOR_BAD_RESPONSE'],
    [2, 1, null],
    [4, 3, null],
    [4, 4, 'VENDOR_BAD_RESPONSE'],
    [5, 1, null],
    [5, 2, 'VENDOR_BAD_RESPONSE'],
    [50, 10, null],
    [50, 11, 'VENDOR_BAD_RESPONSE'],
  ])(
    'rejects a page if more than a fifth of its agents, or all of a few, are unreadable (of %i agents: %i)',
    async (all, unreadable, refused) => {
      const records = createWorkers(all).map((one, n): FakeAgent | null => (n < all - unreadable ? one : null));
      const outcome = await answering(records)
        .discover()
        .then(
          ({ data }) => data.length,
          (error: unknown) => error,
        );
      expect(outcome).toEqual(refused === null ? all - unreadable : expect.objectContaining({ code: refused }));
    },
  );
});

describe('a partly readable agent', () => {
  test('accepts a userId that is sent as a number, and returns no name if that is invalid', async () => {
    const { discover, statusPeriods } = answering([{ ...createWorker(1), userId: 9, firstName: 7, lastName: {} }]);
    expect(await discover()).toMatchObject({
      data: [{ ref: email(1), aliases: ['9'], name: null }],
      sources: completeSources,
    });
    expect(await statusPeriods('9', yesterday)).toMatchObject({ data: [{}], sources: completeSources });
  });

  test.each([
    ['an e-mail address', { email: `${'a'.repeat(320)}@example.com` }, 'u-1', []],
    ['a userId', { userId: 'u'.repeat(321) }, email(1), []],
    [
      'not one that is just short enough',
      { email: email(1).padStart(320, 'a'), userId: 'u'.repeat(320) },
      email(1).padStart(320, 'a'),
      [1],
    ],
  ])('drops a reference that could not be requested: %s', async (_which, references, ref, aliases) => {
    const { data, sources } = await answering([{ ...createWorker(1), ...references }]).discover();
    expect(data).toMatchObject([{ ref, aliases: aliases.map(() => 'u'.repeat(320)) }]);
    expect(sources).toMatchObject(completeSources);
  });

  test.each([[[]], [' ']])(
    'returns an agent with the userId %j, but fails for a missing userId that may be this agent',
    async (userId) => {
      const { discover, statusPeriods } = answering([{ ...createWorker(1), userId }, createWorker(2)]);
      expect(await discover()).toMatchObject({
        data: [{ ref: email(1) }, { ref: email(2) }],
        sources: completeSources,
      });
      const outcomes = Promise.allSettled([statusPeriods('u-1', yesterday), statusPeriods('u-2', yesterday)]);
      expect(await outcomes).toMatchObject([
        { reason: contractError },
        { value: { data: [{}], sources: completeSources } },
      ]);
    },
  );
});
