import { describe, expect, test } from '@jest/globals';
import type { DiscoveredAgent } from '../../src/domain/agent.ts';
import { VendorError } from '../../src/domain/vendor-error.ts';
import { settle } from '../support/settle.ts';
import { type Discover, asker, gives, jane, joe, namesIn, setUp } from './directory-support.ts';

const fails = (): Promise<never> =>
  Promise.reject(new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_UNAVAILABLE', 'no'));
const hangs = () => new Promise<never>(() => undefined);

describe('an account in trouble', () => {
  test('that fails costs only its own agents, says so, and is left alone for half a minute', async () => {
    let works = false;
    const { directory, clock, asked, reports } = setUp([], {
      kore: () => (works ? Promise.resolve([joe]) : fails()),
      lp: gives(jane),
    });
    expect(namesIn(await directory.complete(asker()))).toEqual(['Jane']);
    expect(reports.map(({ account: name, outcome }) => [name, outcome])).toContainEqual(['kore', 'FAILED']);
    works = true;
    clock.advance(29_999);
    expect(namesIn(await directory.complete(asker()))).toEqual(['Jane']);
    expect(asked.filter((name) => name === 'kore')).toHaveLength(1);
    clock.advance(1);
    expect(namesIn(await directory.complete(asker()))).toEqual(['Jane', 'Joe']);
  });

  test('whose answer is not there yet is waited for, but not for ever', async () => {
    const { directory, clock } = setUp([], { kore: hangs, lp: gives(jane) });
    const complete = directory.complete(asker());
    const state = () => Promise.race([complete.then(() => 'there'), settle().then(() => 'waiting')]);
    clock.advance(4999);
    expect(await state()).toBe('waiting');
    clock.advance(1);
    expect(namesIn(await complete)).toEqual(['Jane']);
  });

  test('that is late is not waited for all over again by whoever comes meanwhile, and counts once it is there', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, clock, asked } = setUp([], { kore: () => answer.promise });
    const first = directory.complete(asker());
    clock.advance(3000);
    const second = directory.complete(asker());
    clock.advance(2000);
    expect([namesIn(await first), namesIn(await second)]).toEqual([[], []]);
    const third = asker();
    expect(namesIn(await directory.complete(third))).toEqual([]);
    expect(third.expiries).toEqual([-Infinity]);
    expect(asked).toEqual(['kore']);
    answer.resolve([jane]);
    await settle();
    expect(namesIn(await directory.complete(asker()))).toEqual(['Jane']);
  });

  test('that is late is not waited for beyond the asker’s own time, and goes on for the others', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, asked, scopes } = setUp([], { kore: () => answer.promise, lp: gives(joe) });
    const [hasty, patient] = [asker(), asker()];
    const views = [directory.complete(hasty), directory.complete(patient)] as const;
    await settle();
    hasty.go();
    expect(namesIn(await views[0])).toEqual(['Joe']);
    expect(hasty.expiries).toContain(-Infinity);
    expect(scopes.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    answer.resolve([jane]);
    expect(namesIn(await views[1])).toEqual(['Jane', 'Joe']);
    // Whoever is late already begins nothing, and is told what was said last.
    expect(namesIn(await directory.complete(hasty))).toEqual(['Jane', 'Joe']);
    expect(asked).toEqual(['kore', 'lp']);
  });

  test('that is late this time keeps the agents that it named last time', async () => {
    let discover: Discover = gives(jane);
    const { directory, clock } = setUp([], { kore: (scope) => discover(scope) });
    await directory.complete(asker());
    const late = Promise.withResolvers<readonly DiscoveredAgent[]>();
    discover = () => late.promise;
    const patient = asker();
    const complete = directory.complete(patient);
    clock.advance(5000);
    expect(namesIn(await complete)).toEqual(['Jane']);
    // An old word is not to be kept.
    expect(patient.expiries).toEqual([-Infinity]);
    // Once it has failed, nothing is known any more, nor when it is late again.
    late.reject(new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_TIMEOUT', 'no'));
    await settle();
    expect(namesIn(await directory.complete(asker()))).toEqual([]);
    clock.advance(30_000);
    discover = hangs;
    const again = directory.complete(asker());
    clock.advance(5000);
    expect(namesIn(await again)).toEqual([]);
  });

  test('that nobody thought of costs its own agents only, is told, and the account is left alone for a while', async () => {
    const mistake = new RangeError('Maximum call stack size exceeded');
    const { directory, clock, asked, reports, unexpected } = setUp([], {
      kore: () => Promise.reject(mistake),
      lp: gives(jane),
    });
    for (let i = 0; i < 3; i += 1) expect(namesIn(await directory.complete(asker()))).toEqual(['Jane']);
    expect([unexpected, asked.filter((name) => name === 'kore')]).toEqual([[mistake], ['kore']]);
    const [report] = reports.filter(({ account: name }) => name === 'kore');
    expect(report).toMatchObject({ outcome: 'FAILED', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'unreadable' } });
    // What is wrong with us is for the log.
    expect(report?.error?.message).not.toMatch(/stack/);
    clock.advance(30_000);
    await directory.complete(asker());
    expect(unexpected).toHaveLength(2);
  });
});
