import { expect, test } from '@jest/globals';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { trackClaims } from './pending-claims.ts';
import { type ClaimOutcome, claimRun } from './take-over.ts';

test('waits for the claims that are under way, and for the releases that follow them', async () => {
  const [claimed, released] = [Promise.withResolvers<ClaimOutcome>(), Promise.withResolvers<undefined>()];
  const { claims, whenSettled } = trackClaims({ claim: () => claimed.promise, release: () => released.promise });
  const controller = new AbortController();
  const claiming = claimRun({ claims, signal: controller.signal }, 'run', 'keep');
  controller.abort();
  const state = { isSettled: false };
  void whenSettled().then(() => (state.isSettled = true));
  claimed.resolve('granted');
  await flushPromises();
  expect(state.isSettled).toBe(false);
  released.resolve(undefined);
  await flushPromises();
  expect([state.isSettled, await claiming]).toEqual([true, 'aborted']);
});

test('has no release where processes share nothing, and waits for nothing', async () => {
  const { claims, whenSettled } = trackClaims({ claim: () => Promise.resolve('unknown') });
  await whenSettled();
  expect([claims.release, await claims.claim('run', 'keep')]).toEqual([undefined, 'unknown']);
});
