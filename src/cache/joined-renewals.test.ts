import { expect, test } from '@jest/globals';
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
  const { cache, clock, reads } = createTestCache();
  await cache.readMany(namespace, ['a'], context, fetching('old', 60));
  clock.advance(1);
  const renewing = { ...context, accepts: { notBeforeMs: clock.monotonicMs() } };
  const vendor = createStubVendor();
  const renewal = cache.readMany(namespace, ['a'], renewing, vendor.fetch);
  await flushPromises();
  clock.advance(ageMs - 1);
  const joined = cache.readMany(namespace, ['a'], { ...context, ...joinerConditions }, unexpectedFetch);
  await flushPromises();
  return {
    cache,
    reads,
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
