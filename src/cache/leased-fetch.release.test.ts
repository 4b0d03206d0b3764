import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createTestCache as setUpCache,
  namespace,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createLeasesExcept, setUpLeasedFetch } from '../../test/support/leased-fetch-harness.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';

failOnUnhandledRejection();

test('releases a settled key with the next renewal while the fetch of others continues', async () => {
  const { get, progress, complete, advance, releases, renewals } = setUpLeasedFetch([], 1000);
  const read = get(['a', 'b', 'c']);
  await advance(10);
  progress()?.settled('a', true);
  progress()?.settled('b', false);
  expect(releases).toEqual([]);
  await advance(500);
  expect([releases, renewals]).toEqual([
    ['a persisted', 'b empty'],
    ['c', 'c', 'c', 'c'],
  ]);
  complete(['a', 'b', 'c']);
  await read;
  await flushPromises();
  expect(releases).toEqual(['a persisted', 'b empty', 'c persisted']);
});

describe('renewal of leases', () => {
  test('renews its leases eight times per TTL until its values are persisted', async () => {
    const { get, complete, advance, renewals, pendingTimers } = setUpLeasedFetch([], 1000);
    const read = get(['a', 'b']);
    await advance(2000);
    expect(renewals).toEqual(Array(16).fill('a b'));
    complete(['a', 'b']);
    await read;
    await advance(1000);
    expect(renewals).toHaveLength(16);
    expect(pendingTimers()).toBe(0);
  });

  test('ends with a fetch that fails', async () => {
    const { get, fail, renewals, advance, pendingTimers } = setUpLeasedFetch([], 1000);
    const read = rejectionOf(get(['a']));
    await advance(125);
    fail(vendorError());
    await read;
    expect(renewals).toEqual(['a']);
    expect(pendingTimers()).toBe(0);
  });
});

test('releases the lease without a fetch when the value already exists', async () => {
  const { get, stored, releases, fetches } = setUpLeasedFetch([]);
  stored.set('a', 'stored');
  stored.set('b', 'stored');
  expect(await get(['a', 'b'])).toEqual(new Map([...stored]));
  expect(releases).toEqual(['a persisted', 'b persisted']);
  expect(fetches).toEqual([]);
});

test('releases the lease without a fetch when the caller has aborted by then', async () => {
  const { get, releases, fetches, abort } = setUpLeasedFetch([]);
  const reason = new Error('aborted');
  const read = rejectionOf(get(['a']));
  abort(reason);
  expect(await read).toBe(reason);
  expect(releases).toEqual(['a empty']);
  expect(fetches).toEqual([]);
});

describe('release of leases', () => {
  test('releases each key as persisted or empty by itself', async () => {
    const { get, releases, complete } = setUpLeasedFetch([]);
    const read = get(['a', 'b']);
    complete(['a', 'b'], ['a']);
    await read;
    await flushPromises();
    expect(releases).toEqual(['a persisted', 'b empty']);
  });

  test('releases a key as persisted only when the cache stores its value', async () => {
    const { leases, releases } = createLeasesExcept([]);
    const { cache } = setUpCache({ leases });
    await cache.readMany(namespace, ['a', 'b', 'c'], createCaller().context, () =>
      Promise.resolve([{ value: 'A', ttlSeconds: 60 }, { value: 'B', ttlSeconds: 0 }, vendorError()]),
    );
    await flushPromises();
    expect(releases.map((release) => release.replace(/^.*"(.)"\]/, '$1'))).toEqual([
      'a persisted',
      'b empty',
      'c empty',
    ]);
  });
});
