import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  failingWith,
  fetching,
  namespace,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';

failOnUnhandledRejection();

describe('outcomes of a fetch', () => {
  test('returns an outcome per key: a key that fails does not affect the others', async () => {
    const { cache } = createTestCache();
    const { fetch, answerWith } = createStubVendor();
    const read = cache.readMany(namespace, ['a', 'b', 'c'], createCaller().context, fetch);
    await flushPromises();
    const error = vendorError('NOT_FOUND');
    answerWith(0, [{ value: 'A', ttlSeconds: 60 }, error, { value: 'C', ttlSeconds: 60 }]);
    expect(await read).toMatchObject([{ value: 'A' }, error, { value: 'C' }]);
    // Only the failed key is fetched again.
    const again = createStubVendor();
    const second = cache.readMany(namespace, ['a', 'b', 'c'], createCaller().context, again.fetch);
    await flushPromises();
    expect(again.calls.map(({ keys }) => keys)).toEqual([['b']]);
    again.answer(0);
    await second;
  });

  test('returns a thrown VendorError for every key', async () => {
    const { cache } = createTestCache();
    const error = vendorError();
    expect(await cache.readMany(namespace, ['a', 'b'], createCaller().context, failingWith(error))).toEqual([
      error,
      error,
    ]);
  });

  test('read rejects with the VendorError', async () => {
    const { cache } = createTestCache();
    const error = vendorError();
    expect(await rejectionOf(cache.read(namespace, 'a', createCaller().context, () => Promise.reject(error)))).toBe(
      error,
    );
  });

  test('rejects all waiters with a programming error and leaves no key in flight', async () => {
    const { cache } = createTestCache();
    const { fetch, fail } = createStubVendor();
    const both = [1, 2].map(() => rejectionOf(cache.readMany(namespace, ['a', 'b'], createCaller().context, fetch)));
    await flushPromises();
    const programmingError = new TypeError('not a function');
    fail(0, programmingError);
    expect(await Promise.all(both)).toEqual([programmingError, programmingError]);
    const again = await cache.read(namespace, 'a', createCaller().context, () =>
      Promise.resolve({ value: 'A', ttlSeconds: 1 }),
    );
    expect(again).toMatchObject({ value: 'A' });
  });

  test('ignores a programming error after all waiters aborted', async () => {
    const { cache } = createTestCache();
    const { fetch, fail } = createStubVendor();
    const caller = createCaller();
    const aborted = rejectionOf(cache.readMany(namespace, ['a'], caller.context, fetch));
    await flushPromises();
    caller.abort();
    await aborted;
    fail(0, new TypeError('not a function'));
    await flushPromises();
  });

  test('rejects when a fetch returns fewer results than keys', async () => {
    const { cache } = createTestCache();
    expect(
      await rejectionOf(cache.readMany(namespace, ['a', 'b'], createCaller().context, fetching('A'))),
    ).toBeInstanceOf(Error);
  });
});
