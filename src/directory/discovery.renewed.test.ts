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
import { HOUR, SECOND } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';
import type { CacheConditions } from '../http/types.ts';

const unavailable = new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_UNAVAILABLE', 'no');

/** A directory of one account whose discovery the test replaces. */
function setUpKore(first: Discover) {
  let discover = first;
  const world = setUp([], { kore: (context) => discover(context) });
  const { clock, directory } = world;
  return {
    ...world,
    become: (next: Discover) => {
      discover = next;
    },
    read: async (accepts?: CacheConditions, isBackground = false) => {
      const { view, sources } = await directory.merged({ ...createReader(), accepts, isBackground });
      return { names: namesIn(view), outcome: sources[0]?.outcome };
    },
    /** The conditions of a request that arrives now. */
    arriving: (): CacheConditions => ({ notBeforeMs: clock.monotonicMs() }),
  };
}

describe('a reader that accepts nothing older than its request', () => {
  test('has the account asked for what was requested since the discovery began', async () => {
    const { read, arriving, clock, contexts } = setUpKore(discovers(jane));
    await read();
    const accepts = arriving();
    clock.advance(10);
    await read(accepts);
    expect(contexts.map(({ accepts: passed, waitsForFresh }) => [passed, waitsForFresh])).toEqual([
      [undefined, false],
      [{ notBeforeMs: clock.monotonicMs() }, true],
    ]);
  });

  test('joins what began after it arrived, and nothing that began before', async () => {
    const answers: PromiseWithResolvers<readonly DiscoveredAgent[]>[] = [];
    const { read, arriving, clock, discoveredAccounts } = setUpKore(() => {
      const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
      answers.push(answer);
      return answer.promise;
    });
    const plain = read();
    const [early, late] = [arriving(), arriving()];
    clock.advance(1);
    const joining = [read(early), read(late), read(arriving())];
    clock.advance(1);
    const after = read(arriving());
    await flushPromises();
    expect(discoveredAccounts).toHaveLength(3);
    answers[0]?.resolve([joe]);
    answers[1]?.resolve([jane]);
    answers[2]?.resolve([jane, joe]);
    expect((await plain).names).toEqual(['Joe']);
    for (const each of await Promise.all(joining)) expect(each.names).toEqual(['Jane']);
    expect((await after).names).toEqual(['Jane', 'Joe']);
  });

  test('keeps no other reader waiting', async () => {
    const { read, become, arriving } = setUpKore(discovers(jane));
    const renewed = Promise.withResolvers<readonly DiscoveredAgent[]>();
    become(({ accepts }) => (accepts ? renewed.promise : Promise.resolve([jane])));
    const renewing = read(arriving());
    expect((await read()).names).toEqual(['Jane']);
    renewed.resolve([joe]);
    expect((await renewing).names).toEqual(['Joe']);
  });

  test('gets the last list as STALE where the account fails, while the others keep what is cached', async () => {
    const { read, become, arriving, clock, ends } = setUpKore(discovers(jane));
    await read();
    clock.advance(SECOND);
    become(({ accepts }) => (accepts ? Promise.reject(unavailable) : Promise.resolve([jane])));
    expect(await read(arriving())).toEqual({ names: ['Jane'], outcome: 'STALE' });
    expect(await read()).toEqual({ names: ['Jane'], outcome: 'OK' });
    expect(ends.at(-2)).toMatchObject({ outcome: 'STALE', error: { code: 'VENDOR_UNAVAILABLE' } });
  });

  test('has an account asked again that has failed before it arrived, but not after', async () => {
    const { read, become, arriving, clock, discoveredAccounts } = setUpKore(() => Promise.reject(unavailable));
    const accepts = arriving();
    await read();
    expect((await read(accepts)).outcome).toBe('FAILED');
    expect(discoveredAccounts).toHaveLength(1);
    clock.advance(SECOND);
    become(discovers(jane));
    expect(await read(arriving())).toEqual({ names: ['Jane'], outcome: 'OK' });
    // The account works again, for all.
    expect(await read()).toEqual({ names: ['Jane'], outcome: 'OK' });
    expect(discoveredAccounts).toHaveLength(3);
  });

  test('leaves the list of a discovery that began later and ended first', async () => {
    const older = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { read, become, arriving, clock, contexts, ends } = setUpKore(() =>
      contexts.length === 1 ? older.promise : Promise.resolve([jane, joe]),
    );
    const first = read(arriving());
    clock.advance(SECOND);
    await read(arriving());
    older.resolve([jane]);
    expect((await first).names).toEqual(['Jane']);
    // Both are counted, and the agents of the later one are shown.
    expect(ends).toMatchObject([
      { outcome: 'OK', agents: 2 },
      { outcome: 'OK', agents: 2 },
    ]);
    become(() => Promise.reject(unavailable));
    expect(await read()).toEqual({ names: ['Jane', 'Joe'], outcome: 'STALE' });
  });

  test('leaves the younger list where an older one arrives later', async () => {
    const older = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { read, become, arriving, clock } = setUpKore(({ accepts }) =>
      accepts ? Promise.resolve([jane, joe]) : older.promise.then((agents) => ({ agents, report: cached })),
    );
    const cached = { servedFrom: 'CACHE', fetchedAt: clock.now() } as const;
    const plain = read();
    clock.advance(SECOND);
    await read(arriving());
    older.resolve([jane]);
    expect((await plain).names).toEqual(['Jane']);
    become(() => Promise.reject(unavailable));
    expect(await read()).toEqual({ names: ['Jane', 'Joe'], outcome: 'STALE' });
  });
});

describe('a reader for which no caller waits', () => {
  test('waits as long as the discovery takes, whose calls yield to those that callers wait for', async () => {
    const answer = Promise.withResolvers<readonly DiscoveredAgent[]>();
    const { read, clock, contexts } = setUpKore(() => answer.promise);
    const accepts = { freshUntilMs: HOUR, renewedSinceMs: 0 };
    const reading = read(accepts, true);
    await flushPromises();
    clock.advance(HOUR);
    answer.resolve([jane]);
    expect(await reading).toEqual({ names: ['Jane'], outcome: 'OK' });
    expect(contexts).toMatchObject([{ accepts, isBackground: true }]);
  });
});

test('readers learn on which entries of the cache the agents depend', async () => {
  const { directory } = setUp([], {
    kore: ({ onEntriesRead }) => {
      onEntriesRead?.(['a', 'b']);
      return Promise.resolve([jane]);
    },
  });
  const ids: string[] = [];
  await directory.merged({ ...createReader(), onEntriesRead: (read) => ids.push(...read) });
  expect(ids).toEqual(['a', 'b']);
});

test('readers learn of the entries of one account while they wait for another: these may be written in the meantime', async () => {
  const slow = Promise.withResolvers<readonly DiscoveredAgent[]>();
  const dependsOn =
    (id: string, agents: Promise<readonly DiscoveredAgent[]>): Discover =>
    ({ onEntriesRead }) => {
      onEntriesRead?.([id]);
      return agents;
    };
  const { directory } = setUp([], {
    kore: dependsOn('a', Promise.resolve([jane])),
    lp: dependsOn('b', slow.promise),
  });
  const ids: string[] = [];
  const merging = directory.merged({ ...createReader(), onEntriesRead: (read) => ids.push(...read) });
  await flushPromises();
  expect(ids).toEqual(['a']);
  slow.resolve([]);
  await merging;
  expect(ids).toEqual(['a', 'b']);
});
