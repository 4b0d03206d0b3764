import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { createFleet, maxCacheBytes } from './fleet.ts';

test('close aborts background work and clears the store', async () => {
  const clock = manualClock();
  const { store, shutdownSignal, close } = createFleet({
    address: undefined,
    maxBytes: 1e6,
    clock,
    observer: { onError: fail },
  });
  await store.set('a', { value: 'A', fetchedAt: 0, freshUntil: 0, expiresAt: 0 });
  expect(await store.getMany(['a'])).toMatchObject([{ value: 'A' }]);
  expect(shutdownSignal.aborted).toBe(false);
  await close();
  expect(shutdownSignal.aborted).toBe(true);
  expect(await store.getMany(['a'])).toEqual([undefined]);
});

test.each([
  [300, 1000, 300],
  [333, 1000, 333],
  [334, 1000, 333],
  [900, 1000, 333],
])('bounds %i configured bytes in a heap of %i to %i', (configured, heap, used) => {
  expect(maxCacheBytes(configured, heap)).toBe(used);
});

function fail(): never {
  throw new Error('unexpected Redis error');
}
