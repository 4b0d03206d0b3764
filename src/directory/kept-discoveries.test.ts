import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock } from '../../test/support/clock.ts';
import { discoveredAgent } from '../../test/support/directory-fixtures.ts';
import { createReader, type Discover, discovers, jane, namesIn, setUp } from '../../test/support/directory-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createAccountCache } from '../cache/account-cache.ts';
import { createMemoryStore } from '../cache/memory-store.ts';
import { DAY } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { addMissingAgents, type DiscoveryStore, keptDiscoveryNamespace } from './kept-discoveries.ts';

const unavailable: Discover = () =>
  Promise.reject(new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_UNAVAILABLE', 'no'));

/** Processes that run one after another over the same store. */
function setUpProcesses() {
  const clock = manualClock();
  const kore: DiscoveryStore = createAccountCache({
    account: { name: 'kore', vendor: 'KORE' },
    store: createMemoryStore(1_000_000),
    clock,
    staleIfErrorSeconds: 0,
    onRead: () => undefined,
  });
  return { clock, start: (discover: Discover) => setUp([], { kore: discover }, {}, { clock, stores: { kore } }) };
}

describe('the last discovery in a shared store', () => {
  test('survives a restart, with the time at which it was fetched', async () => {
    const { clock, start } = setUpProcesses();
    const fetchedAt = clock.now();
    await start(discovers(jane)).directory.merged(createReader());
    await flushPromises();
    clock.advance(20 * DAY);
    const { view, sources } = await start(unavailable).directory.merged(createReader());
    expect(namesIn(view)).toEqual(['Jane']);
    expect(sources).toMatchObject([{ outcome: 'STALE', endpoint: 'names', fetchedAt }]);
  });

  test('is not needed: a store that fails has nothing', async () => {
    const kore: DiscoveryStore = {
      peek: () => Promise.reject(new Error('no store')),
      primeMany: () => Promise.reject(new Error('no store')),
    };
    const { directory } = setUp([], { kore: discovers(jane) }, {}, { stores: { kore } });
    expect(namesIn(await directory.merged(createReader()))).toEqual(['Jane']);
  });

  test.each([[null], ['agents'], [{ agents: [] }], [{ endpoint: 'e', agents: [{ ref: '9' }], fetchedAt: 1 }]])(
    'is not read in another form: %j',
    (value) => {
      expect(keptDiscoveryNamespace.isValid(value)).toBe(false);
    },
  );
});

describe('addMissingAgents', () => {
  const canonical = (ref: string) => ref.toLowerCase();
  const agents = fc
    .uniqueArray(fc.constantFrom('a', 'B', 'c', 'D', 'e'), { selector: canonical })
    .map((refs) => refs.map((ref) => discoveredAgent(ref)));

  test('returns every agent of the partial list first, then each earlier one that it lacks, once', () => {
    fc.assert(
      fc.property(agents, agents, (partial, earlier) => {
        const merged = addMissingAgents(partial, earlier, canonical);
        expect(merged.slice(0, partial.length)).toEqual(partial);
        const refs = merged.map(({ ref }) => canonical(ref));
        expect(new Set(refs)).toEqual(new Set([...partial, ...earlier].map(({ ref }) => canonical(ref))));
        expect(refs).toHaveLength(new Set(refs).size);
      }),
    );
  });

  test('recognises an agent by any of its references', () => {
    const earlier = [discoveredAgent('jane@x.de', { aliases: ['u-1'] })];
    const partial = [discoveredAgent('U-1')];
    expect(addMissingAgents(partial, earlier, canonical)).toEqual(partial);
  });
});
