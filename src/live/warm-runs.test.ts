import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { startWarmRuns, type UnfinishedRun, type WarmRun } from './warm-runs.ts';

const MINUTE = 60_000;
const ENTRY = { cron: '*/10 * * * *', timeZone: 'UTC', document: '{ a }', text: '{ a }', file: null, variables: {} };

function setUp(
  isGranted = true,
  clock = manualClock(Date.parse('2026-11-20T09:30:00Z')),
  unfinished: readonly UnfinishedRun[] = [],
) {
  const claims: string[] = [];
  const runs: WarmRun[] = [];
  const ends: (() => void)[] = [];
  const stop = startWarmRuns({
    entries: [ENTRY, { ...ENTRY, text: '{ b }' }],
    clock,
    unfinished,
    claims: {
      claim: (name) => {
        claims.push(name);
        return Promise.resolve(isGranted ? 'granted' : 'taken');
      },
    },
    execute: (run) => {
      runs.push(run);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      ends.push(() => {
        resolve(undefined);
      });
      return promise;
    },
  });
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) clock.advance(MINUTE);
    await flushPromises();
  };
  const started = () =>
    runs.map(({ index, scheduledAt }) => `${index} ${new Date(scheduledAt).toISOString().slice(11, 16)}`);
  return { clock, claims, runs, ends, stop, pass, started };
}

test('runs entries at their times, one after another', async () => {
  const { ends, runs, pass, started } = setUp();
  await pass(9);
  expect(started()).toEqual([]);
  await pass(1);
  expect(started()).toEqual(['0 09:40']);
  expect(runs[0]?.nextAt).toBe(Date.parse('2026-11-20T09:50:00Z'));
  ends[0]?.();
  await flushPromises();
  expect(started()).toEqual(['0 09:40', '1 09:40']);
  ends[1]?.();
  await pass(10);
  expect(started()).toEqual(['0 09:40', '1 09:40', '0 09:50']);
});

test('runs nothing that another process has claimed; the claims differ by entry and time', async () => {
  const { claims, pass, started } = setUp(false);
  await pass(20);
  expect(started()).toEqual([]);
  expect(new Set(claims).size).toBe(4);
});

test('waits for its time when an administrator sets the clock back', async () => {
  const { clock, pass, started } = setUp();
  await pass(5);
  clock.setWallClock(Date.parse('2026-11-20T09:30:00Z'));
  await pass(9);
  expect(started()).toEqual([]);
  await pass(1);
  expect(started()).toEqual(['0 09:40']);
});

test('runs nothing and leaves no timer once it is stopped', async () => {
  const { clock, stop, pass, started } = setUp();
  stop();
  expect(clock.pendingTimers()).toBe(0);
  await pass(20);
  expect(started()).toEqual([]);
});

test('what has not ended when it is stopped is run by those that follow, and claimed once', async () => {
  const before = setUp();
  await before.pass(10);
  expect([before.claims.length, before.started()]).toEqual([1, ['0 09:40']]);
  const after = setUp(true, before.clock, before.stop());
  await flushPromises();
  expect([after.claims.length, after.started()]).toEqual([0, ['0 09:40']]);
  after.ends[0]?.();
  await flushPromises();
  expect([after.claims.length, after.started()]).toEqual([1, ['0 09:40', '1 09:40']]);
  expect(after.runs[1]?.nextAt).toBe(Date.parse('2026-11-20T09:50:00Z'));
  after.ends[1]?.();
  await flushPromises();
  expect(after.stop()).toEqual([]);
});

test('leaves out what has not ended of entries that are there no more', async () => {
  const before = setUp();
  await before.pass(10);
  const unfinished = before.stop().map((run) => ({ ...run, entryKey: 'of another entry' }));
  const after = setUp(true, before.clock, unfinished);
  await flushPromises();
  expect(after.started()).toEqual([]);
});
