import { expect, test } from '@jest/globals';
import { createFleet } from './fleet.ts';
import { manualClock } from '../../test/support/clock.ts';

test('a gateway that closes gives up what it fetches unasked, and forgets what it kept', async () => {
  const clock = manualClock();
  const { store, shutdownSignal, close } = createFleet({
    url: undefined,
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

function fail(): never {
  throw new Error('there is no Redis here');
}
