import { describe, expect, test } from '@jest/globals';
import { VendorError } from '../../../src/domain/vendor-error.ts';
import { rejection } from '../../support/caught.ts';
import { settle } from '../../support/settle.ts';
import { failOnUnhandled } from '../../support/unhandled.ts';
import { caller, fresh, never, setUp, space, vendor, vendorError } from '../support.ts';

failOnUnhandled();

describe('one fetch for a key in the whole process', () => {
  test('two callers at once: one call, the same answer for both', async () => {
    const { cache, reads } = setUp();
    const { fetch, answer, calls } = vendor();
    const first = cache.readMany(space, ['a'], caller().scope, fetch);
    const second = cache.readMany(space, ['a'], caller().scope, fetch);
    await settle();
    answer(0);
    expect(await first).toEqual(await second);
    expect(await first).toMatchObject([{ value: 'A', servedFrom: 'VENDOR' }]);
    expect(calls).toHaveLength(1);
    expect(reads).toEqual(['agentstatusdetails joined 1', 'agentstatusdetails miss 1']);
  });

  test('fifty callers of overlapping keys: every key is asked for once', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const keysOf = (i: number) => ['a', `b${i % 5}`, `c${i}`];
    const all = Array.from({ length: 50 }, (_, i) => cache.readMany(space, keysOf(i), caller().scope, fetch));
    await settle();
    calls.forEach((_, n) => answer(n));
    const outcomes = await Promise.all(all);
    const values = outcomes.map((list) => list.map((one) => (one instanceof VendorError ? null : one.value)));
    expect(values).toEqual(outcomes.map((_, i) => keysOf(i).map((key) => key.toUpperCase())));
    const asked = calls.flatMap(({ keys }) => keys);
    expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
    expect(asked).toHaveLength(1 + 5 + 50);
  });

  test('a key asked for twice by one caller is fetched once, and answered twice, in order', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const read = cache.readMany(space, ['b', 'a', 'b'], caller().scope, fetch);
    await settle();
    answer(0);
    expect((await read).map((one) => !(one instanceof VendorError) && one.value)).toEqual(['B', 'A', 'B']);
    expect(calls.map(({ keys }) => keys)).toEqual([['b', 'a']]);
  });

  test('no keys: no call', async () => {
    const { cache } = setUp();
    expect(await cache.readMany(space, [], caller().scope, never)).toEqual([]);
  });

  test('a failure is shared with those who wait, and not kept', async () => {
    const { cache } = setUp();
    const { fetch, fail, calls } = vendor();
    const both = [1, 2].map(() => cache.readMany(space, ['a'], caller().scope, fetch));
    await settle();
    const error = vendorError();
    fail(0, error);
    expect(await Promise.all(both)).toEqual([[error], [error]]);
    expect(calls).toHaveLength(1);
    expect(await cache.readMany(space, ['a'], caller().scope, fresh('again'))).toMatchObject([{ value: 'again' }]);
  });
});

describe('callers who go', () => {
  const CANCELLED = {
    vendor: 'KORE',
    account: 'kore-main',
    endpoint: 'agentstatusdetails',
    code: 'VENDOR_TIMEOUT',
    reason: 'cancelled',
  };

  test('the one who began it goes: the others get their answer', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const [one, two] = [caller(), caller()];
    const begun = rejection(cache.readMany(space, ['a'], one.scope, fetch));
    const joined = cache.readMany(space, ['a'], two.scope, fetch);
    await settle();
    one.go(new Error('deadline of the request'));
    expect(await begun).toMatchObject(CANCELLED);
    expect(calls[0]?.scope.signal.aborted).toBe(false);
    answer(0);
    expect(await joined).toMatchObject([{ value: 'A' }]);
  });

  test('one who joined goes: the one who began it gets the answer', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const [one, two] = [caller(), caller()];
    const begun = cache.readMany(space, ['a'], one.scope, fetch);
    const joined = rejection(cache.readMany(space, ['a'], two.scope, fetch));
    await settle();
    two.go();
    expect(await joined).toMatchObject({ reason: 'cancelled' });
    expect(calls[0]?.scope.signal.aborted).toBe(false);
    answer(0);
    expect(await begun).toMatchObject([{ value: 'A' }]);
  });

  test('the last one goes: the call is cancelled', async () => {
    const { cache } = setUp();
    const { fetch, calls } = vendor();
    const [one, two] = [caller(), caller()];
    const both = [one, two].map(({ scope }) => rejection(cache.readMany(space, ['a'], scope, fetch)));
    await settle();
    one.go();
    expect(calls[0]?.scope.signal.aborted).toBe(false);
    two.go();
    expect(calls[0]?.scope.signal).toMatchObject({ aborted: true, reason: CANCELLED });
    expect(await Promise.all(both)).toMatchObject([CANCELLED, CANCELLED]);
  });

  test('whoever comes after the last one has gone asks anew, though the cancelled call is not over yet', async () => {
    const { cache } = setUp();
    const { fetch, answer, fail, calls } = vendor();
    const one = caller();
    const gone = rejection(cache.readMany(space, ['a'], one.scope, fetch));
    await settle();
    one.go();
    const newcomer = cache.readMany(space, ['a'], caller().scope, fetch);
    await settle();
    expect(calls).toHaveLength(2);
    // The end of the cancelled call must not make the newer one be forgotten.
    fail(0, vendorError('VENDOR_TIMEOUT'));
    await gone;
    await settle();
    const third = cache.readMany(space, ['a'], caller().scope, fetch);
    await settle();
    expect(calls).toHaveLength(2);
    answer(1);
    expect(await newcomer).toMatchObject([{ value: 'A' }]);
    expect(await third).toMatchObject([{ value: 'A' }]);
  });

  test('one who waits for two calls goes: only the one that nobody else waits for is cancelled', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const [one, two] = [caller(), caller()];
    const kept = cache.readMany(space, ['a'], one.scope, fetch);
    const gone = rejection(cache.readMany(space, ['a', 'b'], two.scope, fetch));
    await settle();
    two.go();
    await gone;
    expect(calls.map(({ keys, scope }) => [keys, scope.signal.aborted])).toEqual([
      [['a'], false],
      [['b'], true],
    ]);
    answer(0);
    expect(await kept).toMatchObject([{ value: 'A' }]);
  });

  test('one who comes already gone begins nothing', async () => {
    const { cache } = setUp();
    const { fetch, calls } = vendor();
    const one = caller();
    one.go();
    expect(await rejection(cache.readMany(space, ['a'], one.scope, fetch))).toMatchObject({ reason: 'cancelled' });
    await settle();
    expect(calls).toHaveLength(0);
  });

  test('an answered call is not cancelled afterwards', async () => {
    const { cache } = setUp();
    const { fetch, answer, calls } = vendor();
    const one = caller();
    const read = cache.readMany(space, ['a'], one.scope, fetch);
    await settle();
    answer(0);
    await read;
    one.go();
    expect(calls[0]?.scope.signal.aborted).toBe(false);
  });
});
