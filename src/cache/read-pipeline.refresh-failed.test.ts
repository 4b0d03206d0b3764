import { expect, test } from '@jest/globals';
import {
  createCaller,
  createTestCache,
  failingWith,
  namespace,
  PAST_SWR_MS,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import type { VendorError } from '../domain/vendor-error.ts';

test('reports the error of a failed revalidation once, however many keys the call was for', async () => {
  const errors: VendorError[] = [];
  const { cache, clock } = createTestCache({ onRefreshFailed: (error) => errors.push(error) });
  const fetch = (keys: readonly string[]) => Promise.resolve(keys.map(() => ({ value: 'old', ttlSeconds: 60 })));
  await cache.readMany(namespace, ['a', 'b'], createCaller().context, fetch);
  clock.advance(60_000);
  const error = vendorError();
  await cache.readMany(namespace, ['a', 'b'], createCaller().context, failingWith(error));
  await flushPromises();
  expect(errors).toEqual([error]);
});

test('reports no error that a request returns', async () => {
  const errors: VendorError[] = [];
  const { cache, clock } = createTestCache({ onRefreshFailed: (error) => errors.push(error) });
  await cache.readMany(namespace, ['a'], createCaller().context, failingWith(vendorError()));
  clock.advance(PAST_SWR_MS);
  await cache.readMany(namespace, ['a'], createCaller().context, failingWith(vendorError()));
  expect(errors).toEqual([]);
});
