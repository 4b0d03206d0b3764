import { afterEach } from '@jest/globals';
import { createDiskStore, type DiskStore } from '../../src/cache/disk-store.ts';
import type { DiskThread } from '../../src/cache/disk-thread.ts';
import { createSteadyClock } from '../../src/cache/steady-clock.ts';
import { manualClock, type ManualClock } from './clock.ts';
import { recordingObserver, setUpDiskFolder } from './disk-harness.ts';

export const MAX_DISK_BYTES = 16_777_216;

interface StoreOptions {
  readonly path?: string;
  readonly clock?: ManualClock;
  readonly thread?: DiskThread;
}

/** Opens stores, which are closed after each test. */
export function setUpDiskStores() {
  const newPath = setUpDiskFolder();
  const stores: DiskStore[] = [];
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  function open({ path = newPath(), clock = manualClock(), thread }: StoreOptions = {}) {
    const observer = recordingObserver();
    const steadyClock = createSteadyClock(clock);
    const store = createDiskStore({
      path,
      maxBytes: MAX_DISK_BYTES,
      clock: steadyClock,
      observer,
      ...(thread && { thread }),
    });
    stores.push(store);
    /** Resolves once what was set is written. */
    const written = async () => {
      // Messages are answered in their order, one of the queue at a time.
      for (let turns = 0; turns < 20; turns++) {
        await new Promise(setImmediate);
        await store.getMany(['?']);
      }
    };
    const valuesOf = async (...keys: readonly string[]) => (await store.getMany(keys)).map((entry) => entry?.value);
    return { store, clock, path, reports: observer.reports, written, valuesOf };
  }
  return { newPath, open, stores };
}
