import { expect, test } from '@jest/globals';
import { joinFleet } from '../../src/cache/fleet.ts';
import { manualClock } from '../support/clock.ts';

test('a gateway that closes gives up what it fetches unasked, and forgets what it kept', async () => {
  const clock = manualClock();
  const { store, closing, close } = joinFleet({ url: undefined, maxBytes: 1e6, clock, observer: { onError: fail } });
  await store.set('a', { value: 'A', fetchedAt: 0, freshUntil: 0, keepUntil: 0 });
  expect(await store.getMany(['a'])).toMatchObject([{ value: 'A' }]);
  expect(closing.aborted).toBe(false);
  await close();
  expect(closing.aborted).toBe(true);
  expect(await store.getMany(['a'])).toEqual([undefined]);
});

function fail(): never {
  throw new Error('there is no Redis here');
}
