import { describe, expect, test } from '@jest/globals';
import type { DiscoveredAgent } from '../domain/agent.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import {
  type Discover,
  createReader,
  discovers,
  jane,
  joe,
  namesIn,
  setUp,
} from '../../test/support/directory-harness.ts';

const rejectsUnavailable = (): Promise<never> =>
  Promise.reject(new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_UNAVAILABLE', 'no'));
const neverSettles = () => new Promise<never>(() => undefined);

describe('an account in trouble', () => {
  test('that fails costs only its own agents, says so, and is left alone for half a minute', async () => {
    let works = false;
    const { directory, clock, asked, reports } = setUp([], {
      kore: () => (works ? Promise.resolve([joe]) : rejectsUnavailable()),
      lp: discovers(jane),
    });
    expect(namesIn(await directory.merged(createReader()))).toEqual(['Jane']);
    expect(reports.map(({ account: name, outcome }) => [name, outcome])).toContainEqual(['kore', 'FAILED']);
    works = true;
    clock.advance(29_999);
    expect(namesIn(await directory.merged(createReader()))).toEqual(['Jane']);
    expect(asked.filter((name) => name === 'kore')).toHaveLength(1);
    clock.advance(1);
    expect(namesIn(await directory.merged(createReader()))).toEqual(['Jane', 'Joe']);
  });

  test('whose answer is not there yet is waited for, but not for ever', async () => {
    const { directory, clock } = setUp([], { kore: neverSettles, lp: discovers(jane) });
    const complete = directory.merged(createReader());
    const state = () => Promise.race([complete.then(() => 'there'), flushPromises().then(() => 'waiting')]);
    clock.advance(4999);
    expect(await state()).toBe('waiting');
    clock.advance(1);
    expect(namesIn(await complete)).toEqual(['Jane']);
  });

  test('that is late is not waited for all over again by whoever comes meanwhile, and counts once it is there', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, clock, asked } = setUp([], { kore: () => answer.promise });
    const first = directory.merged(createReader());
    clock.advance(3000);
    const second = directory.merged(createReader());
    clock.advance(2000);
    expect([namesIn(await first), namesIn(await second)]).toEqual([[], []]);
    const third = createReader();
    expect(namesIn(await directory.merged(third))).toEqual([]);
    expect(third.expiries).toEqual([-Infinity]);
    expect(asked).toEqual(['kore']);
    answer.resolve([jane]);
    await flushPromises();
    expect(namesIn(await directory.merged(createReader()))).toEqual(['Jane']);
  });

  test('that is late is not waited for beyond the asker’s own time, and goes on for the others', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, asked, scopes } = setUp([], { kore: () => answer.promise, lp: discovers(joe) });
    const [hasty, patient] = [createReader(), createReader()];
    const views = [directory.merged(hasty), directory.merged(patient)] as const;
    await flushPromises();
    hasty.go();
    expect(namesIn(await views[0])).toEqual(['Joe']);
    expect(hasty.expiries).toContain(-Infinity);
    expect(scopes.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    answer.resolve([jane]);
    expect(namesIn(await views[1])).toEqual(['Jane', 'Joe']);
    // Whoever is late already begins nothing, and is told what was said last.
    expect(namesIn(await directory.merged(hasty))).toEqual(['Jane', 'Joe']);
    expect(asked).toEqual(['kore', 'lp']);
  });

  test('that is late this time keeps the agents that it named last time', async () => {
    let discover: Discover = discovers(jane);
    const { directory, clock } = setUp([], { kore: (scope) => discover(scope) });
    await directory.merged(createReader());
    const late = Promise.withResolvers<readonly DiscoveredAgent[]>();
    discover = () => late.promise;
    const patient = createReader();
    const complete = directory.merged(patient);
    clock.advance(5000);
    expect(namesIn(await complete)).toEqual(['Jane']);
    // An old word is not to be kept.
    expect(patient.expiries).toEqual([-Infinity]);
    // Once it has failed, nothing is known any more, nor when it is late again.
    late.reject(new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_TIMEOUT', 'no'));
    await flushPromises();
    expect(namesIn(await directory.merged(createReader()))).toEqual([]);
    clock.advance(30_000);
    discover = neverSettles;
    const again = directory.merged(createReader());
    clock.advance(5000);
    expect(namesIn(await again)).toEqual([]);
  });

  test('that nobody thought of costs its own agents only, is told, and the account is left alone for a while', async () => {
    const mistake = new RangeError('Maximum call stack size exceeded');
    const { directory, clock, asked, reports, unexpected } = setUp([], {
      kore: () => Promise.reject(mistake),
      lp: discovers(jane),
    });
    for (let i = 0; i < 3; i += 1) expect(namesIn(await directory.merged(createReader()))).toEqual(['Jane']);
    expect([unexpected, asked.filter((name) => name === 'kore')]).toEqual([[mistake], ['kore']]);
    const [report] = reports.filter(({ account: name }) => name === 'kore');
    expect(report).toMatchObject({ outcome: 'FAILED', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'unreadable' } });
    // What is wrong with us is for the log.
    expect(report?.error?.message).not.toMatch(/stack/);
    clock.advance(30_000);
    await directory.merged(createReader());
    expect(unexpected).toHaveLength(2);
  });
});
