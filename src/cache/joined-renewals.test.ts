import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  fetching,
  namespace,
  STALE_IF_ERROR_SECONDS,
  unexpectedFetch,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import type { VendorErrorCode } from '../domain/vendor-error.ts';

const { context } = createCaller();

/** A value with a TTL of 60 seconds, which a reader with conditions renews; another reader joins once the value has expired. */
async function joinRenewal(ageMs: number, joinerConditions = {}) {
  const { cache, clock, reads, store } = createTestCache();
  const ids: string[] = [];
  const watching = { ...context, onEntriesRead: (read: readonly string[]) => ids.push(...read) };
  await cache.readMany(namespace, ['a'], watching, fetching('old', 60));
  clock.advance(1);
  const renewing = { ...context, accepts: { notBeforeMs: clock.monotonicMs() } };
  const vendor = createStubVendor();
  const renewal = cache.readMany(namespace, ['a'], renewing, vendor.fetch);
  await flushPromises();
  clock.advance(ageMs - 1);
  const joined = cache.readMany(namespace, ['a'], { ...context, ...joinerConditions }, unexpectedFetch);
  const state = { isAnswered: false };
  void joined.then(() => (state.isAnswered = true));
  await flushPromises();
  return {
    ...{ cache, clock, store, reads },
    entryId: String(ids[0]),
    isAnswered: () => state.isAnswered,
    /** That of the renewal's fetch. */
    context: () => vendor.calls[0]?.context ?? context,
    fail: async (code?: VendorErrorCode) => {
      vendor.answerWith(0, [vendorError(code)]);
      return { renewal: await renewal, joined: await joined };
    },
  };
}

test('a reader that joins a renewal gets the expired value when the vendor fails, and the renewing one the failure', async () => {
  const { fail, reads } = await joinRenewal(70_000);
  const { renewal, joined } = await fail();
  expect(renewal).toMatchObject([{ code: 'VENDOR_UNAVAILABLE' }]);
  expect(joined).toMatchObject([{ value: 'old', servedFrom: 'CACHE', staleReason: { code: 'VENDOR_UNAVAILABLE' } }]);
  expect(reads.slice(-2)).toEqual(['agentstatusdetails coalesced 1', 'agentstatusdetails stale_if_error 1']);
});

test('gets the failure where the value is too old', async () => {
  const { fail } = await joinRenewal(60_000 + STALE_IF_ERROR_SECONDS * 1000);
  expect((await fail()).joined).toMatchObject([{ code: 'VENDOR_UNAVAILABLE' }]);
});

test('gets a rejection, which is an answer', async () => {
  const { fail } = await joinRenewal(70_000);
  expect((await fail('VENDOR_AUTH_FAILED')).joined).toMatchObject([{ code: 'VENDOR_AUTH_FAILED' }]);
});

test('gets the failure where the value has been purged meanwhile', async () => {
  const { cache, fail } = await joinRenewal(70_000);
  cache.purge(() => true);
  expect((await fail()).joined).toMatchObject([{ code: 'VENDOR_UNAVAILABLE' }]);
});

test('gets the failure where its own conditions refuse the value', async () => {
  const { fail } = await joinRenewal(70_000, { accepts: { notBeforeMs: 1 } });
  expect((await fail()).joined).toMatchObject([{ code: 'VENDOR_UNAVAILABLE' }]);
});

describe('while a renewal waits for the rate limit', () => {
  const quotaError = vendorError('VENDOR_RATE_LIMITED');

  /** The renewal waits from now on. */
  async function joinWaitingRenewal(ageMs: number, joinerConditions = {}) {
    const world = await joinRenewal(ageMs, joinerConditions);
    world.context().onQuotaWait?.(() => quotaError);
    await flushPromises();
    return world;
  }

  test('a reader that has joined it gets the expired value at once, and so does one that arrives later', async () => {
    const { cache, reads, isAnswered, fail } = await joinWaitingRenewal(70_000);
    expect(isAnswered()).toBe(true);
    const later = await cache.readMany(namespace, ['a'], context, unexpectedFetch);
    expect(later).toMatchObject([{ value: 'old', servedFrom: 'CACHE', staleReason: { code: 'VENDOR_RATE_LIMITED' } }]);
    expect((await fail()).joined).toEqual(later);
    expect(reads.filter((read) => read.includes('stale_if_error'))).toEqual([
      'agentstatusdetails stale_if_error 1',
      'agentstatusdetails stale_if_error 1',
    ]);
  });

  test('a value just past its time to live is served as one that is being revalidated', async () => {
    const { fail } = await joinWaitingRenewal(61_000);
    const { joined } = await fail();
    expect(joined).toMatchObject([{ value: 'old', servedFrom: 'CACHE' }]);
    expect(joined).not.toMatchObject([{ staleReason: expect.anything() }]);
  });

  test.each([
    ['there is none that may be served', 60_000 + STALE_IF_ERROR_SECONDS * 1000, {}],
    ['its own conditions refuse the value', 70_000, { accepts: { notBeforeMs: 1 } }],
    ['it waits for a fresh one that may still come', 61_000, { waitsForFresh: true }],
  ])('waits where %s', async (_case, ageMs, joinerConditions) => {
    const { isAnswered, fail } = await joinWaitingRenewal(ageMs, joinerConditions);
    expect(isAnswered()).toBe(false);
    await fail();
    expect(isAnswered()).toBe(true);
  });
});

test('a reader gets the fresh value that another process has written while the renewal failed', async () => {
  const { store, entryId, clock, fail } = await joinRenewal(70_000);
  const at = clock.now();
  await store.set(entryId, { value: 'new', fetchedAt: at, freshUntil: at + 60_000, expiresAt: at + 60_000 });
  const { renewal, joined } = await fail();
  expect(renewal).toMatchObject([{ code: 'VENDOR_UNAVAILABLE' }]);
  expect(joined).toMatchObject([{ value: 'new', servedFrom: 'CACHE' }]);
  expect(joined).not.toMatchObject([{ staleReason: expect.anything() }]);
});
