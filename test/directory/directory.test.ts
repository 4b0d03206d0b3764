import { describe, expect, test } from '@jest/globals';
import type { DirectoryEntry } from '../../src/config/settings.ts';
import { type Asker, type DirectoryAccount, createDirectory } from '../../src/directory/directory.ts';
import { createView } from '../../src/directory/view.ts';
import type { DiscoveredAgent } from '../../src/domain/agent.ts';
import type { Instant } from '../../src/domain/clock.ts';
import { type Answer, type SourceReport, reportOf } from '../../src/domain/source.ts';
import { VendorError } from '../../src/domain/vendor-error.ts';
import type { CallRecord } from '../../src/http/call.ts';
import type { QueryScope } from '../../src/vendors/vendor.ts';
import { manualClock } from '../support/clock.ts';
import { account, entry, found } from './support.ts';

type Discover = (scope: QueryScope) => Promise<readonly DiscoveredAgent[]>;

/** Lets everything happen that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A directory over accounts that answer as the test says, and what it was asked and told. */
function setUp(entries: readonly DirectoryEntry[], vendors: Readonly<Record<string, Discover | null>>) {
  const clock = manualClock();
  const asked: string[] = [];
  const scopes: QueryScope[] = [];
  const reports: SourceReport[] = [];
  const unexpected: unknown[] = [];
  const accounts = Object.entries(vendors).map(([name, discover]): DirectoryAccount => {
    const known = account(name);
    const answer = async (scope: QueryScope): Promise<Answer<readonly DiscoveredAgent[]>> => {
      asked.push(name);
      scopes.push(scope);
      const data = await discover?.(scope);
      const provenance = { fetchedAt: clock.now(), servedFrom: 'VENDOR' as const };
      return { data: data ?? [], sources: [reportOf({ account: name, endpoint: 'names' }, [provenance])] };
    };
    const connection = {
      account: known,
      open: (scope: QueryScope) => ({ discover: () => answer(scope) }),
    } as unknown as DirectoryAccount['connection'];
    return { ...known, connection, discover: discover !== null };
  });
  const directory = createDirectory({
    entries,
    accounts,
    clock,
    patienceMs: 5000,
    maxFiles: 100,
    onReport: (report) => reports.push(report),
    onUnexpected: (error) => unexpected.push(error),
  });
  return { directory, clock, asked, scopes, reports, unexpected, accounts };
}

function asker(mayUse: (name: string) => boolean = () => true) {
  const records: CallRecord[] = [];
  const expiries: Instant[] = [];
  const going = new AbortController();
  const one: Asker = {
    mayUse,
    signal: going.signal,
    record: (call) => records.push(call),
    expires: (at) => expiries.push(at),
  };
  const go = () => {
    going.abort(new DOMException('The request took too long', 'TimeoutError'));
  };
  return { ...one, records, expiries, go };
}

const jane = found('9', { name: 'Jane', email: 'jane@x.de' });
const joe = found('7', { name: 'Joe', email: 'joe@x.de' });
const gives =
  (...agents: readonly DiscoveredAgent[]): Discover =>
  () =>
    Promise.resolve(agents);
const fails = (): Promise<never> =>
  Promise.reject(new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_UNAVAILABLE', 'no'));
const hangs = () => new Promise<never>(() => undefined);
const namesIn = ({ agents }: { readonly agents: readonly { readonly name: string | null }[] }) =>
  agents.map(({ name }) => name);

describe('asking the vendors who is there', () => {
  test('is not done for what the configuration says alone', () => {
    const { directory, asked } = setUp([entry('a', { name: 'A' })], { kore: gives(jane) });
    expect(namesIn(directory.listed(asker()))).toEqual(['A']);
    expect(asked).toEqual([]);
  });

  test('adds those whom they name, and tells how it went', async () => {
    const { directory, reports } = setUp([entry('a', { name: 'A' })], { kore: gives(joe), lp: gives(jane) });
    expect(namesIn(await directory.complete(asker()))).toEqual(['A', 'Jane', 'Joe']);
    expect(reports).toMatchObject([
      { account: 'kore', outcome: 'OK' },
      { account: 'lp', outcome: 'OK' },
    ]);
  });

  test('leaves out accounts that are not to be asked', async () => {
    const { directory, asked } = setUp([], { kore: gives(joe), vcc: null });
    await directory.complete(asker());
    expect(asked).toEqual(['kore']);
    expect([...directory.discovering(asker())]).toEqual(['kore']);
  });

  test('at once by several: one question', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { directory, asked } = setUp([], { kore: () => answer.promise });
    const all = [1, 2, 3].map(() => directory.complete(asker()));
    await settle();
    answer.resolve([jane]);
    const views = await Promise.all(all);
    expect(asked).toEqual(['kore']);
    expect(new Set(views).size).toBe(1);
  });

  test('belongs to no query: it is not cancelled with one, and may download so many files only', async () => {
    const { directory, scopes, clock } = setUp([], { kore: gives(jane) });
    await directory.complete(asker());
    const [scope] = scopes;
    expect(scope?.signal.aborted).toBe(false);
    expect(scope?.now).toBe(clock.now());
    expect([scope?.grantFiles(5), scope?.grantFiles(500)]).toEqual([5, 100]);
  });

  test('tells the one who asked of the calls, and of how long the answer may be kept', async () => {
    const call = { account: 'kore', endpoint: 'names', outcome: 'OK', servedFrom: 'VENDOR', ms: 1, bytes: 1, keys: 1 };
    const { directory } = setUp([], {
      kore: (scope) => {
        scope.record(call as CallRecord);
        scope.expires(5000);
        scope.expires(7000);
        return Promise.resolve([]);
      },
    });
    const one = asker();
    await directory.complete(one);
    expect(one.records).toEqual([call]);
    expect(one.expiries).toEqual([5000]);
  });
});

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
    const complete = directory.complete(asker());
    clock.advance(5000);
    expect(namesIn(await complete)).toEqual(['Jane']);
    // Once it has failed, nothing is known any more.
    late.reject(new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_TIMEOUT', 'no'));
    await settle();
    expect(namesIn(await directory.complete(asker()))).toEqual([]);
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

describe('views', () => {
  test('are made once as long as the vendors say the same', async () => {
    let says: readonly DiscoveredAgent[] = [jane];
    const { directory, clock } = setUp([entry('a')], { kore: () => Promise.resolve(says) });
    const first = await directory.complete(asker());
    clock.advance(1000);
    says = [{ ...jane, aliases: [...jane.aliases] }];
    expect(await directory.complete(asker())).toBe(first);
    expect(directory.listed(asker())).toBe(directory.listed(asker()));
  });

  test.each<[string, readonly DiscoveredAgent[]]>([
    ['somebody new', [jane, joe]],
    ['nobody any more', []],
    ['another name', [{ ...jane, name: 'Jane Doe' }]],
    ['another address', [{ ...jane, email: 'doe@x.de' }]],
    ['another alias', [{ ...jane, aliases: ['jdoe'] }]],
    ['another reference', [{ ...jane, ref: '10' }]],
  ])('are made anew when they say something else in the same millisecond: %s', async (_name, later) => {
    let says: readonly DiscoveredAgent[] = [jane];
    const { directory, accounts } = setUp([], { kore: () => Promise.resolve(says) });
    await directory.complete(asker());
    says = later;
    const [kore] = accounts;
    const expected = kore && createView([], accounts, [{ account: kore, agents: later }]).agents;
    expect((await directory.complete(asker())).agents).toEqual(expected);
  });

  test('differ by what the asker may see, and hidden accounts are not even asked', async () => {
    const entries = [
      entry('a', { name: 'A', accounts: { lp: '1' } }),
      entry('b', { name: 'B', accounts: { kore: '2' } }),
    ];
    const { directory, asked } = setUp(entries, { kore: gives(joe), lp: gives(jane) });
    const mine = asker((name) => name === 'kore');
    expect(namesIn(await directory.complete(mine))).toEqual(['B', 'Joe']);
    expect(asked).toEqual(['kore']);
    expect(namesIn(await directory.complete(asker()))).toEqual(['A', 'B', 'Jane', 'Joe']);
    expect(namesIn(await directory.complete(mine))).toEqual(['B', 'Joe']);
    expect(namesIn(directory.listed(mine))).toEqual(['B']);
    expect(namesIn(await directory.complete(asker(() => false)))).toEqual([]);
  });
});

describe('whether the vendors might add something to an agent', () => {
  const whole = { name: 'Jane', email: 'jane@x.de' };
  test.each<[string, Partial<DirectoryEntry>, boolean]>([
    ['nothing is missing, every account knows it', { ...whole, accounts: { kore: '1', lp: '9' } }, false],
    ['an account may know its address', { ...whole, accounts: { kore: '1' } }, true],
    ['an account that knows it may tell its name', { email: 'jane@x.de', accounts: { kore: '1', lp: '9' } }, true],
    ['an account that knows it may tell its address', { name: 'Jane', accounts: { kore: '1', lp: '9' } }, true],
    ['one account may tell the address by which another knows it', { name: 'Jane', accounts: { lp: '9' } }, true],
    ['no account could recognise it', { name: 'Bot', accounts: { vcc: '2041' } }, false],
    ['an account may know its address, though none is its own', { ...whole, accounts: { vcc: '01' } }, true],
  ])('%s', (_name, more, expected) => {
    const { directory } = setUp([entry('jane', more)], { kore: gives(), lp: gives(), vcc: null });
    const [agent] = directory.listed(asker()).agents;
    expect(agent && directory.mayGrow(agent, asker())).toBe(expected);
  });

  test('only the accounts that the asker may see count', () => {
    const { directory } = setUp([entry('jane', { ...whole, accounts: { kore: '1' } })], { kore: gives(), lp: gives() });
    const mine = asker((name) => name === 'kore');
    const [agent] = directory.listed(mine).agents;
    expect(agent && directory.mayGrow(agent, mine)).toBe(false);
  });
});
