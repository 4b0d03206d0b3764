import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { type ClaimOutcome, createTakeOver, type RunClaims } from './take-over.ts';

const MINUTE = 60_000;
const SCHEDULED_AT = Date.parse('2026-11-20T09:30:00Z');

function setUp(claimsOf: Partial<RunClaims> = { release: () => Promise.resolve() }, nextAt = Infinity) {
  const clock = manualClock(SCHEDULED_AT);
  const controller = new AbortController();
  const state = { outcome: 'taken' as ClaimOutcome, asked: 0, granted: 0 };
  const claim = () => {
    state.asked += 1;
    return Promise.resolve(state.outcome);
  };
  const takeOver = createTakeOver({ clock, claims: { claim, ...claimsOf }, signal: controller.signal });
  const start = () => {
    takeOver({ claimName: 'run', scheduledAt: SCHEDULED_AT, nextAt, onGranted: () => (state.granted += 1) });
  };
  const pass = async (minutes: number) => {
    for (let minute = 0; minute <= minutes; minute += 1) {
      await flushPromises();
      if (minute < minutes) clock.advance(MINUTE);
    }
  };
  return { clock, controller, state, start, pass };
}

test('claims a run at once, and each minute until it is granted, once', async () => {
  const { state, start, pass, clock } = setUp();
  start();
  await pass(0);
  expect(state.asked).toBe(1);
  await pass(3);
  state.outcome = 'unknown';
  await pass(1);
  expect(state).toMatchObject({ asked: 5, granted: 0 });
  state.outcome = 'granted';
  await pass(10);
  expect(state).toMatchObject({ asked: 6, granted: 1 });
  expect(clock.pendingTimers()).toBe(0);
});

test.each([
  ['50 minutes', Infinity, 50],
  ['the next run', SCHEDULED_AT + 10 * MINUTE, 10],
])('gives up after %s', async (_name, nextAt, attempts) => {
  const { state, start, pass, clock } = setUp(undefined, nextAt);
  start();
  await pass(120);
  expect([state.asked, clock.pendingTimers()]).toEqual([attempts, 0]);
});

test('leaves nothing behind when it is aborted', async () => {
  const { state, start, pass, clock, controller } = setUp();
  start();
  await pass(1);
  controller.abort();
  await pass(10);
  expect([state.asked, clock.pendingTimers()]).toEqual([2, 0]);
});

test('claims nothing where processes share nothing', async () => {
  const { state, start, pass } = setUp({});
  start();
  await pass(10);
  expect(state.asked).toBe(0);
});
