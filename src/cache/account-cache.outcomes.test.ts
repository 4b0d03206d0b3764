import { describe, expect, test } from '@jest/globals';
import type { VendorErrorCode } from '../domain/vendor-error.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import {
  createCaller,
  failingWith,
  fetching,
  PAST_SWR_MS,
  createTestCache,
  namespace,
  STALE_IF_ERROR_SECONDS,
  createStubVendor,
  vendorError,
} from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

describe('outcomes', () => {
  test('every key has its own: one that fails takes no other along', async () => {
    const { cache } = createTestCache();
    const { fetch, answerWith } = createStubVendor();
    const read = cache.readMany(namespace, ['a', 'b', 'c'], createCaller().context, fetch);
    await flushPromises();
    const error = vendorError('NOT_FOUND');
    answerWith(0, [{ value: 'A', ttlSeconds: 60 }, error, { value: 'C', ttlSeconds: 60 }]);
    expect(await read).toMatchObject([{ value: 'A' }, error, { value: 'C' }]);
    // Only the one that failed is asked for again.
    const again = createStubVendor();
    const second = cache.readMany(namespace, ['a', 'b', 'c'], createCaller().context, again.fetch);
    await flushPromises();
    expect(again.calls.map(({ keys }) => keys)).toEqual([['b']]);
    again.answer(0);
    await second;
  });

  test('a VendorError thrown counts for every key', async () => {
    const { cache } = createTestCache();
    const error = vendorError();
    expect(await cache.readMany(namespace, ['a', 'b'], createCaller().context, failingWith(error))).toEqual([
      error,
      error,
    ]);
  });

  test('`read` rejects with the VendorError', async () => {
    const { cache } = createTestCache();
    const error = vendorError();
    expect(await rejectionOf(cache.read(namespace, 'a', createCaller().context, () => Promise.reject(error)))).toBe(
      error,
    );
  });

  test('a mistake in our own code is passed on to all who wait, and leaves nothing under way', async () => {
    const { cache } = createTestCache();
    const { fetch, fail } = createStubVendor();
    const both = [1, 2].map(() => rejectionOf(cache.readMany(namespace, ['a', 'b'], createCaller().context, fetch)));
    await flushPromises();
    const mistake = new TypeError('not a function');
    fail(0, mistake);
    expect(await Promise.all(both)).toEqual([mistake, mistake]);
    const again = await cache.read(namespace, 'a', createCaller().context, () =>
      Promise.resolve({ value: 'A', ttlSeconds: 1 }),
    );
    expect(again).toMatchObject({ value: 'A' });
  });

  test('a mistake after everybody has gone brings nothing down', async () => {
    const { cache } = createTestCache();
    const { fetch, fail } = createStubVendor();
    const one = createCaller();
    const gone = rejectionOf(cache.readMany(namespace, ['a'], one.context, fetch));
    await flushPromises();
    one.abort();
    await gone;
    fail(0, new TypeError('not a function'));
    await flushPromises();
  });

  test('fewer answers than keys are a mistake', async () => {
    const { cache } = createTestCache();
    expect(
      await rejectionOf(cache.readMany(namespace, ['a', 'b'], createCaller().context, fetching('A'))),
    ).toBeInstanceOf(Error);
  });
});

describe('while the vendor fails', () => {
  const STALE_IF_ERROR_CODES: readonly VendorErrorCode[] = [
    'VENDOR_UNAVAILABLE',
    'VENDOR_TIMEOUT',
    'VENDOR_RATE_LIMITED',
    'VENDOR_BAD_RESPONSE',
  ];
  const OTHER_CODES: readonly VendorErrorCode[] = ['VENDOR_AUTH_FAILED', 'NOT_FOUND', 'VENDOR_REJECTED'];

  test.each(STALE_IF_ERROR_CODES)('%s: the older answer is served, and says so', async (code) => {
    const { cache, clock, reads } = createTestCache();
    const fetchedAt = clock.now();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(PAST_SWR_MS);
    const error = vendorError(code);
    const one = createCaller();
    expect(await cache.readMany(namespace, ['a'], one.context, failingWith(error))).toEqual([
      { value: 'old', fetchedAt, servedFrom: 'CACHE', staleReason: error },
    ]);
    expect(one.records).toMatchObject([{ outcome: 'OK', servedFrom: 'CACHE', keys: 1 }]);
    expect(reads).toEqual(['miss', 'miss', 'stale_if_error'].map((result) => `agentstatusdetails ${result} 1`));
  });

  test.each(OTHER_CODES)('%s is a refusal: no older answer is served', async (code) => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(PAST_SWR_MS);
    const error = vendorError(code);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, failingWith(error))).toEqual([error]);
  });

  test('an older answer is served for so long and no longer', async () => {
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

  test('so long ends while the vendor is waited for, too', async () => {
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

  test('serving an older answer does not make it younger: the vendor is asked again the next time', async () => {
    const { cache, clock } = createTestCache();
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(PAST_SWR_MS);
    await cache.readMany(namespace, ['a'], createCaller().context, failingWith(vendorError()));
    expect(await cache.readMany(namespace, ['a'], createCaller().context, fetching('new'))).toMatchObject([
      { value: 'new' },
    ]);
  });

  test.each([60_000, PAST_SWR_MS])('where none may be served, none is: after %i ms', async (ms) => {
    const { cache, clock } = createTestCache({ staleIfErrorSeconds: 0 });
    await cache.readMany(namespace, ['a'], createCaller().context, fetching('old', 60));
    clock.advance(ms);
    const error = vendorError();
    // With another, for which the vendor must be waited for in any case.
    expect(await cache.readMany(namespace, ['a', 'b'], createCaller().context, failingWith(error))).toEqual([
      error,
      error,
    ]);
  });
});
