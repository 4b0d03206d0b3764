import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VendorError } from '../../domain/vendor-error.ts';
import { fetchAllPages as readPages, MAX_TOTAL_BYTES, maxPagesOf, pagesPerWindow } from './pagination.ts';
import { type AgentRecord, type DetailsPage, detailsPageSchema } from './wire.ts';

/** Reads pages of this many bytes each. */
function allPages(read: (offset: number) => Promise<DetailsPage>, bodyBytes = 1) {
  return readPages(async (offset) => ({ ...(await read(offset)), bodyBytes }));
}

function agents(count: number): AgentRecord[] {
  return Array.from({ length: count }, (_, n) => ({ userId: `u-${n}` }));
}

/** A reader of a list, and the offsets of its calls. */
function listOf(all: readonly (AgentRecord | null)[], pageSize = 50) {
  const offsets: number[] = [];
  const read = (offset: number) => {
    offsets.push(offset);
    const data = all.slice(offset, offset + pageSize);
    return Promise.resolve({ data, hasMore: offset + pageSize < all.length });
  };
  return { read, offsets };
}

test.each([
  [0, [0]],
  [1, [0]],
  [50, [0]],
  [51, [0, 50]],
  [120, [0, 50, 100]],
])('reads %i agents at the offsets %j', async (count, offsets) => {
  const list = listOf(agents(count));
  expect(await allPages(list.read)).toEqual({ agents: agents(count), stopReason: 'end', unreadable: 0 });
  expect(list.offsets).toEqual(offsets);
});

test('requests the page after a short one at the number of received agents', async () => {
  const list = listOf(agents(20), 8);
  expect((await allPages(list.read)).agents).toHaveLength(20);
  expect(list.offsets).toEqual([0, 8, 16]);
});

test.each([
  [true, 'no-progress'],
  [false, 'end'],
  [undefined, 'end'],
])('stops at an empty page; with hasMore %j for the reason %s', async (hasMore, stopReason) => {
  const list = listOf(agents(50));
  const pages = await allPages(async (offset) => {
    const { data } = await list.read(offset);
    return { data, hasMore: data.length > 0 || hasMore };
  });
  expect(pages).toEqual({ agents: agents(50), stopReason, unreadable: 0 });
  expect(list.offsets).toEqual([0, 50]);
});

test('stops at a page without new agents, and reports no-progress', async () => {
  let calls = 0;
  const pages = await allPages(() => {
    calls += 1;
    return Promise.resolve({ data: agents(50), hasMore: true });
  });
  expect(pages.stopReason).toBe('no-progress');
  expect(calls).toBe(2);
});

test('continues when an agent moves to the next page', async () => {
  const [first = {}, second = {}, third = {}] = agents(3);
  const scripted = [[first, second], [second, third], []];
  const pages = await allPages((offset) => Promise.resolve({ data: scripted[offset / 2] ?? [], hasMore: offset < 4 }));
  expect(pages).toEqual({ agents: [first, second, second, third], stopReason: 'end', unreadable: 0 });
});

test.each([
  ['without a userId', [{ email: 'a@example.com' }, { email: 'b@example.com' }, { email: 'c@example.com' }]],
  ['with an empty one', ['a', 'b', 'c'].map((name) => ({ userId: '', email: `${name}@example.com` }))],
  ['with the same e-mail address', ['u-1', 'u-2', 'u-3'].map((userId) => ({ userId, email: 'a@example.com' }))],
])('counts agents %s as different, and continues', async (_which, people) => {
  const list = listOf(people, 1);
  expect(await allPages(list.read)).toEqual({ agents: people, stopReason: 'end', unreadable: 0 });
  expect(list.offsets).toEqual([0, 1, 2]);
});

test('divides the pages among many windows, and never plans fewer than are read', () => {
  const count = fc.integer({ min: 1, max: 1000 });
  expect([1, 10, 11, 31, 400, 500].map((windows) => pagesPerWindow(windows, 40))).toEqual([40, 40, 36, 12, 1, 1]);
  expect([1, 2, 3].map((windows) => pagesPerWindow(windows, 200))).toEqual([200, 200, 133]);
  fc.assert(
    fc.property(count, count, fc.integer({ min: 1, max: 400 }), (planned, read, maxPages) => {
      const windows = Math.min(planned, read);
      expect(windows * pagesPerWindow(windows, maxPages)).toBeLessThanOrEqual(maxPagesOf(planned, maxPages));
    }),
  );
});

test('stops endless pages after the fortieth', async () => {
  let calls = 0;
  const pages = await allPages(() => {
    calls += 1;
    return Promise.resolve({ data: [{ userId: `u-${calls}` }], hasMore: true });
  });
  expect(pages.stopReason).toBe('page-limit');
  expect(pages.agents).toHaveLength(40);
  expect(calls).toBe(40);
});

test.each([
  [MAX_TOTAL_BYTES, 1],
  [MAX_TOTAL_BYTES - 1, 2],
  [MAX_TOTAL_BYTES / 2, 2],
  [MAX_TOTAL_BYTES / 2 - 1, 3],
  [MAX_TOTAL_BYTES / 4, 4],
])('stops after pages of %i bytes: %i', async (bytes, calls) => {
  const list = listOf(agents(10), 2);
  expect(await allPages(list.read, bytes)).toEqual({
    agents: agents(2 * calls),
    stopReason: 'too_large',
    unreadable: 0,
  });
  expect(list.offsets).toHaveLength(calls);
});

test('accepts a last page of any size', async () => {
  const list = listOf(agents(4), 2);
  expect(await allPages(list.read, MAX_TOTAL_BYTES / 2)).toEqual({
    agents: agents(4),
    stopReason: 'end',
    unreadable: 0,
  });
});

test('accepts a page with more agents than a call takes arguments', async () => {
  const { agents: read, stopReason } = await allPages(() => Promise.resolve({ data: agents(500_000), hasMore: false }));
  expect(read).toHaveLength(500_000);
  expect(stopReason).toBe('end');
});

test.each([
  [49, 1],
  [50, 2],
  [120, 3],
])('requests another page after a full one if hasMore is missing: %i agents, %i calls', async (count, calls) => {
  const list = listOf(agents(count));
  const pages = await allPages(async (offset) => ({ data: (await list.read(offset)).data }));
  expect(pages.agents).toHaveLength(count);
  expect(list.offsets).toHaveLength(calls);
});

test.each([
  [20, 60, [0, 20, 40, 60]],
  [20, 59, [0, 20, 40]],
  // Not a page size: more than the maximum, zero, or not a number.
  [100, 50, [0, 50]],
  [0, 49, [0]],
  ['20', 49, [0]],
])(
  'takes the page size of the response into account: with limit %j, reads %i agents at %j',
  async (limit, count, offsets) => {
    const list = listOf(agents(count), limit === 20 ? 20 : 50);
    const pages = await allPages(async (offset) =>
      detailsPageSchema.parse({ data: (await list.read(offset)).data, limit }),
    );
    expect(pages.agents).toHaveLength(count);
    expect(list.offsets).toEqual(offsets);
  },
);

test('counts unreadable records, and includes them in the offset', async () => {
  const [first = {}, last = {}] = agents(2);
  const list = listOf([first, null, last, null], 2);
  expect(await allPages(list.read)).toEqual({ agents: [first, last], stopReason: 'end', unreadable: 2 });
  expect(list.offsets).toEqual([0, 2]);
});

test('keeps the pages before a VendorError, and rethrows other errors', async () => {
  const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;
  const failure = new VendorError(target, 'VENDOR_TIMEOUT', 'late');
  const list = listOf(agents(120));
  const failing = (error: Error) => (offset: number) => (offset === 50 ? Promise.reject(error) : list.read(offset));
  expect(await allPages(failing(failure))).toEqual({ agents: agents(50), stopReason: failure, unreadable: 0 });
  expect(await allPages(() => Promise.reject(failure))).toEqual({ agents: [], stopReason: failure, unreadable: 0 });
  await expect(allPages(failing(new TypeError('a bug')))).rejects.toThrow(TypeError);
});

test('ends for any vendor behaviour, with the number of received records as offset', async () => {
  const page = fc.record({
    data: fc.array(fc.record({ userId: fc.nat(60).map((n) => `u-${n}`) }), { maxLength: 10 }),
    hasMore: fc.option(fc.boolean(), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 60 }), async (script) => {
      let [calls, received] = [0, 0];
      await allPages((offset) => {
        expect(offset).toBe(received);
        const next = script[calls % script.length] ?? { data: [], hasMore: false };
        calls += 1;
        received += next.data.length;
        return Promise.resolve(next);
      });
      expect(calls).toBeLessThanOrEqual(40);
    }),
  );
});
