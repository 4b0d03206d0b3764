import { describe, expect, test } from '@jest/globals';
import {
  createReader,
  type Discover,
  discovers,
  jane,
  joe,
  namesIn,
  setUp,
} from '../../test/support/directory-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import type { DiscoveredAgent } from '../domain/agent.ts';
import { VendorError } from '../domain/vendor-error.ts';

function rejectsUnavailable(): Promise<never> {
  return Promise.reject(
    new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_UNAVAILABLE', 'no'),
  );
}
function neverSettles() {
  return new Promise<never>(() => undefined);
}

describe('Directory.merged with a failing account', () => {
  test('loses only the agents of a failed account, reports it, and does not call it for 30 seconds', async () => {
    let isWorking = false;
    const { directory, clock, discoveredAccounts, reports } = setUp([], {
      kore: () => (isWorking ? Promise.resolve([joe]) : rejectsUnavailable()),
      lp: discovers(jane),
    });
    expect(namesIn((await directory.merged(createReader())).view)).toEqual(['Jane']);
    expect(reports.map(({ account: name, outcome }) => [name, outcome])).toContainEqual(['kore', 'FAILED']);
    isWorking = true;
    clock.advance(29_999);
    expect(namesIn((await directory.merged(createReader())).view)).toEqual(['Jane']);
    expect(discoveredAccounts.filter((name) => name === 'kore')).toHaveLength(1);
    clock.advance(1);
    expect(namesIn((await directory.merged(createReader())).view)).toEqual(['Jane', 'Joe']);
  });

  test.each([
    [12, 30],
    [60, 60],
  ])('may bring something new after the vendor’s %i seconds and the cool-down: %i', async (waitSeconds, seconds) => {
    const target = { vendor: 'KORE', account: 'kore', endpoint: 'names' } as const;
    const error = new VendorError(target, 'VENDOR_UNAVAILABLE', 'no', { retryAfterSeconds: waitSeconds });
    const { directory, clock } = setUp([], { kore: () => Promise.reject(error) });
    const [first, second] = [createReader(), createReader()];
    const nextAttemptAt = clock.now() + seconds * 1000;
    await directory.merged(first);
    clock.advance(7000);
    await directory.merged(second);
    expect([first.expiries, second.expiries]).toEqual([[nextAttemptAt], [nextAttemptAt]]);
  });

  test('waits for a late discovery until its timeout, not longer', async () => {
    const { directory, clock } = setUp([], { kore: neverSettles, lp: discovers(jane) });
    const merged = directory.merged(createReader());
    const state = () => Promise.race([merged.then(() => 'settled'), flushPromises().then(() => 'waiting')]);
    clock.advance(4999);
    expect(await state()).toBe('waiting');
    clock.advance(1);
    expect(namesIn(await merged)).toEqual(['Jane']);
  });

  test('counts the timeout from the start of a discovery for readers that join late, and uses the result once it arrives', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, clock, discoveredAccounts } = setUp([], { kore: () => answer.promise });
    const first = directory.merged(createReader());
    clock.advance(3000);
    const second = directory.merged(createReader());
    clock.advance(2000);
    expect([namesIn(await first), namesIn(await second)]).toEqual([[], []]);
    const third = createReader();
    expect(namesIn((await directory.merged(third)).view)).toEqual([]);
    expect(third.expiries).toEqual([-Infinity]);
    expect(discoveredAccounts).toEqual(['kore']);
    answer.resolve([jane]);
    await flushPromises();
    expect(namesIn((await directory.merged(createReader())).view)).toEqual(['Jane']);
  });

  test('stops waiting at the reader’s deadline, while the discovery continues for other readers', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, discoveredAccounts, contexts } = setUp([], { kore: () => answer.promise, lp: discovers(joe) });
    const [hasty, patient] = [createReader(), createReader()];
    const views = [directory.merged(hasty), directory.merged(patient)] as const;
    await flushPromises();
    hasty.abort();
    expect(namesIn(await views[0])).toEqual(['Joe']);
    expect(hasty.expiries).toContain(-Infinity);
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    answer.resolve([jane]);
    expect(namesIn(await views[1])).toEqual(['Jane', 'Joe']);
    // A reader past its deadline starts no discovery and gets the last known result.
    expect(namesIn((await directory.merged(hasty)).view)).toEqual(['Jane', 'Joe']);
    expect(discoveredAccounts).toEqual(['kore', 'lp']);
  });

  test('keeps the agents of the last discovery while the next one is late', async () => {
    let discover: Discover = discovers(jane);
    const { directory, clock } = setUp([], { kore: (context) => discover(context) });
    await directory.merged(createReader());
    const late = Promise.withResolvers<readonly DiscoveredAgent[]>();
    discover = () => late.promise;
    const patient = createReader();
    const merged = directory.merged(patient);
    clock.advance(5000);
    expect(namesIn(await merged)).toEqual(['Jane']);
    // An old result must not be cached.
    expect(patient.expiries).toEqual([-Infinity]);
    late.reject(new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_TIMEOUT', 'no'));
    await flushPromises();
    expect(namesIn(await directory.merged(createReader()))).toEqual(['Jane']);
  });

  test('reports an unexpected error of an account as unreadable, logs it, and does not call the account during the cool-down', async () => {
    const unexpectedError = new RangeError('Maximum call stack size exceeded');
    const { directory, clock, discoveredAccounts, reports, unexpected } = setUp([], {
      kore: () => Promise.reject(unexpectedError),
      lp: discovers(jane),
    });
    for (let i = 0; i < 3; i += 1) expect(namesIn((await directory.merged(createReader())).view)).toEqual(['Jane']);
    expect([unexpected, discoveredAccounts.filter((name) => name === 'kore')]).toEqual([[unexpectedError], ['kore']]);
    const [report] = reports.filter(({ account: name }) => name === 'kore');
    expect(report).toMatchObject({ outcome: 'FAILED', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'unreadable' } });
    // The cause is for the log, not for callers.
    expect(report?.error?.message).not.toMatch(/stack/);
    clock.advance(30_000);
    await directory.merged(createReader());
    expect(unexpected).toHaveLength(2);
  });
});
