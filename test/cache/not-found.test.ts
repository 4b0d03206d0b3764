import { describe, expect, test } from '@jest/globals';
import type { NotFound } from '../../src/cache/cache.ts';
import { createMemoryStore } from '../../src/cache/memory-store.ts';
import { orNotFound } from '../../src/cache/not-found.ts';
import type { Entry, Store } from '../../src/cache/store.ts';
import { VendorError } from '../../src/domain/vendor-error.ts';
import { rejection } from '../support/caught.ts';
import { failOnUnhandled } from '../support/unhandled.ts';
import { caller, failing, fresh, never, setUp, space, vendorError } from './support.ts';

failOnUnhandled();

const target = { vendor: 'KORE', account: 'kore-main', endpoint: space.endpoint } as const;
const unknown = new VendorError(target, 'NOT_FOUND', 'The vendor knows no such thing (HTTP 404)', {
  status: 404,
  reason: 'status_404',
});
const notFound = (ttlSeconds: number) => (): Promise<readonly NotFound[]> =>
  Promise.resolve([{ notFound: unknown, ttlSeconds }]);

describe('what the vendor does not know', () => {
  test('is told as that, and again without a call', async () => {
    const { cache } = setUp();
    expect(await cache.readMany(space, ['a'], caller().scope, notFound(60))).toEqual([unknown]);
    const one = caller();
    const [again] = await cache.readMany(space, ['a'], one.scope, never);
    expect(again).toBeInstanceOf(VendorError);
    expect(again).toMatchObject({ ...target, code: 'NOT_FOUND', status: 404, reason: 'status_404' });
    expect((again as VendorError).message).toBe(unknown.message);
    expect(one.records).toMatchObject([{ outcome: 'NOT_FOUND', servedFrom: 'CACHE', keys: 1 }]);
    expect(await rejection(cache.read(space, 'a', caller().scope, never))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    [86_400, 30],
    [60, 30],
    [30, 30],
    [10, 10],
  ])('is remembered for 30 seconds, but no longer than a value lives: of %i seconds %i', async (ttl, remembered) => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, notFound(ttl));
    clock.advance(remembered * 1000 - 1);
    await cache.readMany(space, ['a'], caller().scope, never);
    clock.advance(1);
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('A'))).toMatchObject([{ value: 'A' }]);
  });

  test('may be kept by whoever is told as long as it is remembered', async () => {
    const { cache, clock } = setUp();
    const until: number[] = [];
    const scope = () => ({ ...caller().scope, expires: (at: number) => until.push((at - clock.now()) / 1000) });
    await cache.readMany(space, ['a'], scope(), notFound(60));
    clock.advance(10_000);
    await cache.readMany(space, ['a'], scope(), never);
    expect(until).toEqual([30, 20]);
  });

  test('is not remembered where values are not kept', async () => {
    const { cache } = setUp();
    await cache.readMany(space, ['a'], caller().scope, notFound(0));
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('A'))).toMatchObject([{ value: 'A' }]);
  });

  test('can be seen to be there without a value, and is none to bridge a failure with', async () => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, notFound(60));
    expect(await cache.peek(space, ['a'])).toEqual([{ value: null }]);
    clock.advance(30_000);
    const error = vendorError();
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toEqual([error]);
  });

  test('takes the place of what it knew before', async () => {
    const { cache, clock } = setUp();
    await cache.readMany(space, ['a'], caller().scope, fresh('A', 60));
    clock.advance(66_000);
    await cache.readMany(space, ['a'], caller().scope, notFound(60));
    clock.advance(30_000);
    const error = vendorError();
    expect(await cache.readMany(space, ['a'], caller().scope, failing(error))).toEqual([error]);
  });

  test('survives being written as JSON for other processes', async () => {
    const memory = createMemoryStore(1_000_000);
    const store: Store = {
      ...memory,
      set: (key, entry) => memory.set(key, JSON.parse(JSON.stringify(entry)) as Entry),
    };
    const { cache } = setUp({ store });
    await cache.readMany(space, ['a'], caller().scope, notFound(60));
    expect(await cache.readMany(space, ['a'], caller().scope, never)).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('a fetch', () => {
  test('that fails otherwise fails', async () => {
    const error = vendorError('VENDOR_REJECTED');
    expect(await rejection(orNotFound(() => Promise.reject(error), 60))).toBe(error);
  });

  test('that finds nothing has found that out', async () => {
    expect(await orNotFound(() => Promise.reject(unknown), 60)).toEqual({ notFound: unknown, ttlSeconds: 60 });
  });
});
