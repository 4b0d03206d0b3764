import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  failingWith,
  fetching,
  namespace,
  PAST_SWR_MS,
  STALE_IF_ERROR_SECONDS,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import type { VendorErrorCode } from '../domain/vendor-error.ts';

failOnUnhandledRejection();

describe('stale-if-error', () => {
  const STALE_IF_ERROR_CODES: readonly VendorErrorCode[] = [
    'VENDOR_UNAVAILABLE',
    'VENDOR_TIMEOUT',
    'VENDOR_RATE_LIMITED',
    'VENDOR_BAD_RESPONSE',
  ];
  const OTHER_CODES: readonly VendorErrorCode[] = ['VENDOR_AUTH_FAILED', 'NOT_FOUND', 'VENDOR_REJECTED'];

  test.each(STALE_IF_ERROR_CODES)('serves a stale value with its reason on %s', async (code) => {
    const { cache, clock, reads } = createTestCache();
    const fetchedAt = clock.now();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(PAST_SWR_MS);
    const error = vendorError(code);
    const caller = createCaller();
    expect(await cache.readMany(namespace, ['a'], caller.context, failingWith(error))).toEqual([
      { value: 'old', fetchedAt, freshUntil: fetchedAt + 60_000, servedFrom: 'CACHE', staleReason: error },
    ]);
    expect(caller.records).toMatchObject([{ outcome: 'OK', servedFrom: 'CACHE', keys: 1 }]);
    expect(reads).toEqual(['miss', 'miss', 'stale_if_error'].map((result) => `agentstatusdetails ${result} 1`));
  });

  test.each(OTHER_CODES)('serves no stale value on %s, which is a rejection', async (code) => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(PAST_SWR_MS);
    const error = vendorError(code);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('serves a stale value for staleIfErrorSeconds and no longer', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(60_000 + STALE_IF_ERROR_SECONDS * 1000 - 1);
    const error = vendorError();
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toMatchObject([
      { value: 'old' },
    ]);
    clock.advance(1);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('serves no stale value when staleIfErrorSeconds end during the vendor call', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(60_000 + STALE_IF_ERROR_SECONDS * 1000 - 1);
    const { fetch, fail } = createStubVendor();
    const read = cache.readMany(namespace, ['a'], createCaller().context, fetch);
    await flushPromises();
    clock.advance(1);
    const error = vendorError();
    fail(0, error);
    expect(await read).toEqual([error]);
  });

  test('calls the vendor again at the next read after a stale value was served', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(PAST_SWR_MS);
    await cache.readMany(namespace, ['a'], createCaller().context, failingWith(vendorError()));
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('new'))).toMatchObject([
      { value: 'new' },
    ]);
  });

  test.each([60_000, PAST_SWR_MS])(
    'serves no stale value with staleIfErrorSeconds 0, %i ms after the fetch',
    async (ms) => {
      const { cache, clock } = createTestCache({ staleIfErrorSeconds: 0 });
      await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
      clock.advance(ms);
      const error = vendorError();
      // Together with another key, which has to wait for the vendor in any case.
      expect(await cache.readMany(namespace, ['a', 'b'], createCaller().context, failingWith(error))).toEqual([
        error,
        error,
      ]);
    },
  );
});
