import { describe, expect, test } from '@jest/globals';
import type { VendorErrorCode } from '../../../src/domain/vendor-error.ts';
import { rejection } from '../../support/caught.ts';
import { settle } from '../../support/settle.ts';
import { failOnUnhandled } from '../../support/unhandled.ts';
import { caller, failing, fresh, PAST_GRACE, setUp, space, STALE_SECONDS, vendor, vendorError } from '../support.ts';

failOnUnhandled();

describe('outcomes', () => {
  test('every key has its own: one that fails takes no other along', async () => {
    const { cache } = setUp();
    const { fetch, answerWith } = vendor();
    const read = cache.readMany(space, ['a', 'b', 'c'], caller().scope, fetch);
    await settle();
    const error = vendorError('NOT_FOUND');
    answerWith(0, [{ value: 'A', ttlSeconds: 60 }, error, { value: 'C', ttlSeconds: 60 }]);
    expect(await read).toMatchObject([{ value: 'A' }, error, { value: 'C' }]);
    // Only the one that failed is asked for again.
    const again = vendor();
    const second = cache.readMany(space, ['a', 'b', 'c'], caller().scope, again.fetch);
    await settle();
    expect(again.calls.map(({ keys }) => keys)).toEqual([['b']]);
    again.answer(0);
    await second;
  });

  test('a VendorError thrown counts for every key', async () => {
    const { cache } = setUp();
    const error = vendorError();
    expect(await cache.readMany(space, ['a', 'b'], caller().scope, failing(error))).toEqual([error, error]);
  });

  test('`read` rejects with the VendorError', async () => {
    const { cache } = setUp();
    const error = vendorError();
    expect(await rejection(cache.read(space, 'a', caller().scope, () => Promise.reject(error)))).toBe(error);
  });

  test('a mistake in our own code is passed on to all who wait, and leaves nothing under way', async () => {
    const { cache } = setUp();
    const { fetch, fail } = vendor();
    const both = [1, 2].map(() => rejection(cache.readMany(space, ['a', 'b'], caller().scope, fetch)));
    await settle();
    const mistake = new TypeError('not a function');
    fail(0, mistake);
    expect(await Promise.all(both)).toEqual([mistake, mistake]);
    const again = await cache.read(space, 'a', caller().scope, () => Promise.resolve({ value: 'A', ttlSeconds: 1 }));
    expect(again).toMatchObject({ value: 'A' });
  });

  test('a mistake after everybody has gone brings nothing down', async () => {
    const { cache } = setUp();
    const { fetch, fail } = vendor();
    const one = caller();
    const gone = rejection(cache.readMany(space, ['a'], one.scope, fetch));
    await settle();
    one.go();
    await gone;
    fail(0, new TypeError('not a function'));
    await settle();
  });

  test('fewer answers than keys are a mistake', async () => {
    const { cache } = setUp();
    expect(await rejection(cache.readMany(space, ['a', 'b'], caller().scope, fresh('A')))).toBeInstanceOf(Error);
  });
});

describe('while the vendor fails', () => {
  const BRIDGED: readonly VendorErrorCode[] = [
    'VENDOR_UNAVAILABLE',
    'VENDOR_TIMEOUT',
    'VENDOR_RATE_LIMITED',
    'VENDOR_BAD_RESPONSE',
  ];
  const NOT_BRIDGED: readonly VendorErrorCode[] = ['VENDOR_AUTH_FAILED', 'NOT_FOUND', 'VENDOR_REJECTED'];

  test.each(BRIDGED)('%s: the older answer is served, and says so', async (code) => {
    const { cache, clock, reads } = setUp();
    const fetchedAt = clock.now();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(PAST_GRACE);
    const error = vendorError(code);
    const one = caller();
    expect(await cache.readMany(space, ['a'], one.scope, failing(error))).toEqual([
      { value: 'old', fetchedAt, servedFrom: 'CACHE', staleBecause: error },
    ]);
    expect(one.records).toMatchObject([{ outcome: 'OK', servedFrom: 'CACHE', keys: 1 }]);
    expect(reads).toEqual(['miss', 'miss', 'stale'].map((result) => `agentstatusdetails ${result} 1`));
  });

  test.each(NOT_BRIDGED)('%s is a refusal: no older answer is served', async (code) => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(PAST_GRACE);
    const error = vendorError(code);
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toEqual([error]);
  });

  test('an older answer is served for so long and no longer', async () => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(60_000 + STALE_SECONDS * 1000 - 1);
    const error = vendorError();
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toMatchObject([{ value: 'old' }]);
    clock.advance(1);
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toEqual([error]);
  });

  test('so long ends while the vendor is waited for, too', async () => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(60_000 + STALE_SECONDS * 1000 - 1);
    const { fetch, fail } = vendor();
    const read = cache.readMany(space, ['a'], caller().scope, fetch);
    await settle();
    clock.advance(1);
    const error = vendorError();
    fail(0, error);
    expect(await read).toEqual([error]);
  });

  test('serving an older answer does not make it younger: the vendor is asked again the next time', async () => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(PAST_GRACE);
    await cache.readMany(space, ['a'], caller().scope, failing(vendorError()));
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('new'))).toMatchObject([{ value: 'new' }]);
  });

  test.each([60_000, PAST_GRACE])('where none may be served, none is: after %i ms', async (ms) => {
    const { cache, clock } = setUp({ staleIfErrorSeconds: 0 });
    await cache.readMany(space, ['a'], caller().scope, fresh('old', 60));
    clock.advance(ms);
    const error = vendorError();
    // With another, for which the vendor must be waited for in any case.
    expect(await cache.readMany(space, ['a', 'b'], caller().scope, failing(error))).toEqual([error, error]);
  });
});
