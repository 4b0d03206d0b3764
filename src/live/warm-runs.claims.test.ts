import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import type { WarmEntry } from '../config/warm.ts';
import type { ClaimOutcome } from './take-over.ts';
import { startWarmRuns, type UnfinishedRun, type WarmRun } from './warm-runs.ts';

const MINUTE = 60_000;
const ENTRY = { cron: '0 * * * *', timeZone: 'UTC', document: '{ a }', text: '{ a }', file: null, variables: {} };
const IN_BERLIN = { ...ENTRY, timeZone: 'Europe/Berlin' };

interface PendingClaim {
  readonly name: string;
  readonly answer: (outcome: ClaimOutcome) => void;
}

/** Shares the claims with other processes; the test answers each. */
function setUp(entries: readonly WarmEntry[], time = '08:59', unfinished: readonly UnfinishedRun[] = []) {
  const clock = manualClock(Date.parse(`2026-11-20T${time}:00Z`));
  const claims: PendingClaim[] = [];
  const state = { onClaim: (_claim: PendingClaim): void => undefined };
  const released: string[] = [];
  const runs: WarmRun[] = [];
  const stop = startWarmRuns({
    ...{ entries, clock, unfinished },
    claims: {
      claim: (name) => {
        const { promise, resolve } = Promise.withResolvers<ClaimOutcome>();
        const claim = { name, answer: resolve };
        claims.push(claim);
        state.onClaim(claim);
        return promise;
      },
      release: (name) => Promise.resolve(void released.push(name)),
    },
    execute: (run) => {
      runs.push(run);
      return Promise.resolve();
    },
  });
  /** Answers the claims until now. */
  const answer = async (outcome: ClaimOutcome) => {
    for (const claim of claims) claim.answer(outcome);
    await flushPromises();
  };
  /** Grants each name to the first that claims it, from now on. */
  const grantOnce = () => {
    const names = new Set<string>();
    const grant = ({ name, answer: reply }: PendingClaim) => {
      reply(names.has(name) ? 'taken' : 'granted');
      names.add(name);
    };
    claims.forEach(grant);
    state.onClaim = grant;
  };
  return { clock, claims, released, runs, stop, answer, grantOnce };
}

test('a run that is granted once all are stopped is given back, and not made', async () => {
  const { clock, claims, released, runs, stop, answer } = setUp([ENTRY]);
  clock.advance(MINUTE);
  await flushPromises();
  expect([claims.length, stop()]).toMatchObject([1, [{ isClaimed: false }]]);
  await answer('granted');
  expect([runs, released]).toEqual([[], [claims[0]?.name]]);
});

test('so is one that would have been taken over', async () => {
  const { claims, released, runs, stop, answer } = setUp([ENTRY], '09:10');
  expect([claims.length, stop()]).toEqual([1, []]);
  await answer('granted');
  expect([runs, released]).toEqual([[], [claims[0]?.name]]);
});

test('entries that differ only in their time zone have claims of their own', () => {
  const { claims } = setUp([ENTRY, IN_BERLIN], '09:10');
  expect([claims.length, new Set(claims.map(({ name }) => name)).size]).toEqual([2, 2]);
});

test('and go on with their own runs in another configuration', async () => {
  const before = setUp([ENTRY, IN_BERLIN]);
  before.clock.advance(MINUTE);
  const after = setUp([IN_BERLIN, ENTRY], '09:00', before.stop());
  after.grantOnce();
  await flushPromises();
  expect(after.runs.map(({ entry: { timeZone } }) => timeZone).toSorted()).toEqual(['Europe/Berlin', 'UTC']);
});
