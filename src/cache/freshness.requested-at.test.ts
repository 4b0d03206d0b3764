import { describe, expect, test } from '@jest/globals';
import { createCaller, createTestCache, namespace, unexpectedFetch } from '../../test/support/cache-harness.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { SECOND } from '../domain/time.ts';
import type { CallContext } from '../http/types.ts';
import { createMemoryStore } from './memory-store.ts';

failOnUnhandledRejection();

describe('the age of a value', () => {
  test('counts from the first request that was sent, neither from its turn in a queue nor from the response', async () => {
    const { cache, clock } = createTestCache();
    const startedAt = clock.now();
    const [result] = await cache.readMany(namespace, ['a'], createCaller().context, (_keys, context: CallContext) => {
      clock.advance(5 * SECOND);
      context.onSent?.();
      clock.advance(20 * SECOND);
      context.onSent?.();
      clock.advance(20 * SECOND);
      return Promise.resolve([{ value: 'A', ttlSeconds: 60 }]);
    });
    expect(result).toMatchObject({ fetchedAt: startedAt + 5 * SECOND });
    clock.advance(19 * SECOND);
    expect(await cache.peek(namespace, ['a'])).toEqual([{ value: 'A' }]);
    clock.advance(SECOND);
    expect(await cache.peek(namespace, ['a'])).toEqual([undefined]);
  });

  test('counts by-products of a call from the call’s request', async () => {
    const { cache, clock } = createTestCache();
    const requestedAt = clock.now();
    clock.advance(10 * SECOND);
    await cache.primeMany(namespace, [['a', { value: 'A', ttlSeconds: 60 }]], requestedAt);
    expect(await cache.readMany(namespace, ['a'], createCaller().context, unexpectedFetch)).toMatchObject([
      { value: 'A', fetchedAt: requestedAt },
    ]);
  });
});

test('names the call that returned a value: one for each request that is sent, however many keys and readers it has', async () => {
  const { cache } = createTestCache();
  const read = () =>
    cache.readMany(namespace, ['a', 'b', 'c'], createCaller().context, (keys, { forKeys }) => {
      for (const members of [keys.slice(0, 2), keys.slice(2)]) forKeys(members).onSent?.();
      return Promise.resolve(keys.map((value) => ({ value, ttlSeconds: 60 })));
    });
  const callsOf = (results: Awaited<ReturnType<typeof read>>) =>
    results.map((result) => ('call' in result ? result.call : undefined));
  const [first, joined] = await Promise.all([read(), read()]);
  const [a, b, c] = callsOf(first);
  expect(a).toBeDefined();
  expect([b === a, c === a]).toEqual([true, false]);
  expect(callsOf(joined)).toEqual([a, b, c]);
  expect(callsOf(await read())).toEqual([undefined, undefined, undefined]);
});

test('keeps a younger entry when an older, slower answer is written after it', async () => {
  const store = createMemoryStore(1_000_000);
  const entry = (value: string, fetchedAt: number) => ({ value, fetchedAt, freshUntil: 10, expiresAt: 10 });
  await store.set('a', entry('younger', 2));
  await store.set('a', entry('older', 1));
  expect(await store.getMany(['a'])).toMatchObject([{ value: 'younger' }]);
  void store.set('b', entry('younger', 2));
  void store.set('b', entry('older', 1));
  expect(await store.getMany(['b'])).toMatchObject([{ value: 'younger' }]);
});
