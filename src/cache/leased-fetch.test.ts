import { describe, expect, test } from '@jest/globals';
import { vendorError } from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { setUpLeasedFetch } from '../../test/support/leased-fetch-harness.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';

failOnUnhandledRejection();

describe('a key that another process is fetching', () => {
  test('polls for the other process’s value at 20 ms first, then up to every 240 ms', async () => {
    const { get, stored, polls, advance } = setUpLeasedFetch(['a']);
    const read = get(['a']);
    await advance(800);
    expect(polls).toEqual([0, 20, 60, 140, 300, 540, 780]);
    stored.set('a', 'another’s');
    await advance(240);
    expect(await read).toEqual(new Map([['a', 'another’s']]));
  });

  test('waits for as long as the other process holds the lease, and fetches the key once it has expired', async () => {
    const { get, fetches, complete, advance, expireOthers } = setUpLeasedFetch(['a'], 60);
    const read = get(['a']);
    await advance(10_000);
    expect(fetches).toEqual([]);
    expireOthers();
    await advance(240);
    expect(fetches).toMatchObject([{ keys: ['a'] }]);
    complete(['a']);
    expect(await read).toEqual(new Map([['a', 'a own']]));
  });
});

describe('a holder that waits for the rate limit', () => {
  test('is reported once for each key, and when its call has started', async () => {
    const { get, waits, holderWaits, advance, stored } = setUpLeasedFetch(['a', 'b']);
    const read = get(['a', 'b']);
    await advance(100);
    waits.push(['a', 40]);
    await advance(1000);
    expect(holderWaits).toEqual([['a', 40]]);
    waits.pop();
    await advance(1000);
    expect(holderWaits.slice(1)).toEqual([['a', 0]]);
    stored.set('a', 'late').set('b', 'late');
    await advance(240);
    await read;
  });

  test('is waited for as long as each key has a reader', async () => {
    const { get, advance, stored } = setUpLeasedFetch(['a', 'b'], 1000, (key) => (key === 'b' ? 1500 : 5000));
    const read = get(['a', 'b']);
    await advance(1600);
    stored.set('a', 'late').set('b', 'late');
    await advance(300);
    expect(Object.fromEntries(await read)).toEqual({ a: 'late', b: 'gave up, no wait' });
  });

  test('is waited for until the deadline of the caller', async () => {
    const { get, waits, advance, polls, pendingTimers } = setUpLeasedFetch(['a', 'b'], 1000, () => 1500);
    waits.push(['a', 40]);
    const read = get(['a', 'b']);
    await advance(1500);
    expect(Object.fromEntries(await read)).toEqual({ a: 'gave up, 40 wait', b: 'gave up, no wait' });
    expect(polls.at(-1)).toBe(1500);
    expect(pendingTimers()).toBe(0);
  });

  test('reports its wait and its start to other processes', async () => {
    const { get, waits, progress, complete, advance } = setUpLeasedFetch([]);
    const read = get(['a', 'b']);
    await advance(10);
    progress()?.waiting(['b'], 40);
    for (const keys of [['a', 'b'], ['b']]) progress()?.started(keys);
    expect(Object.fromEntries(waits.entries())).toEqual({ 0: ['b', 40], 1: ['b', 0] });
    complete(['a', 'b']);
    await read;
  });
});

describe('a fetch of its own during the wait', () => {
  test('rejects with the failure of its own fetch, after releasing its lease immediately', async () => {
    const { get, stored, releases, fail, advance } = setUpLeasedFetch(['b']);
    const read = rejectionOf(get(['a', 'b']));
    const error = vendorError();
    fail(error);
    await flushPromises();
    expect(releases).toEqual(['a empty']);
    stored.set('b', 'another’s');
    await advance(20);
    expect(await read).toBe(error);
  });

  test('waits for its own fetch to end after an abort', async () => {
    const { get, releases, complete, abort } = setUpLeasedFetch(['b']);
    let isSettled = false;
    const reason = new Error('aborted');
    const read = rejectionOf(get(['a', 'b'])).finally(() => (isSettled = true));
    await flushPromises();
    abort(reason);
    await flushPromises();
    expect(isSettled).toBe(false);
    complete(['a']);
    expect(await read).toBe(reason);
    expect(releases).toEqual(['a persisted']);
  });
});
