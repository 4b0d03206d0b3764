import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { finalEntry, setUpDiskFolder } from '../../test/support/disk-harness.ts';
import { createFleet } from './fleet.ts';

const newPath = setUpDiskFolder();

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

test('keeps what is final in a file, for accounts with equal fingerprints, and no token', async () => {
  const path = newPath();
  const clock = manualClock();
  const open = () =>
    createFleet({
      address: undefined,
      maxBytes: 1e6,
      clock,
      observer: { onError: fail },
      disk: { path, maxBytes: 16_777_216, observer: { onError: fail, onMovedAside: fail } },
    });
  const first = open();
  const account = { name: 'a', vendor: 'kore', accountId: '7' } as never;
  expect(Object.keys(first.forAccount(account))).toEqual(['fingerprint']);
  expect(first.forAccount(account).fingerprint).toContain('"7"');
  await first.store.set('a', finalEntry('A', clock.now()));
  await first.close();
  const second = open();
  expect(await second.store.getMany(['a'])).toMatchObject([{ value: 'A' }]);
  expect(second.store.peek?.('a')).toMatchObject({ value: 'A' });
  expect(second.diskUse?.()).toMatchObject({ entries: 1 });
  await second.close();
});

function fail(): never {
  throw new Error('unexpected error');
}
