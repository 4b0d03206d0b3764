import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { TurnRefusedError } from './live-errors.ts';
import type { RunOutcome } from './ports.ts';
import { createRepeatedRun } from './repeated-run.ts';

function setUp({ intervalMs = 5000, validMs = 1000, isShareable = true } = {}) {
  const clock = manualClock();
  const startedAt: number[] = [];
  const outcomes: RunOutcome[] = [];
  const failures: unknown[] = [];
  const signals: AbortSignal[] = [];
  const errors: unknown[] = [];
  const runs = createRepeatedRun<RunOutcome>({
    clock,
    run: (signal) => {
      startedAt.push(clock.monotonicMs());
      signals.push(signal);
      const error = errors.shift();
      if (error instanceof Error) return Promise.reject(error);
      return Promise.resolve({ validUntilMs: clock.monotonicMs() + validMs, isShareable });
    },
    intervalMs: () => intervalMs,
    onOutcome: (outcome) => outcomes.push(outcome),
    onFailure: (error) => failures.push(error),
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await flushPromises();
  };
  return { clock, runs, startedAt, outcomes, failures, signals, errors, pass };
}

test('runs nothing before the first reader, and then once an interval', async () => {
  const { runs, startedAt, pass } = setUp();
  await pass(60_000);
  expect(startedAt).toEqual([]);
  await runs.current();
  await pass(4999);
  expect(startedAt).toEqual([60_000]);
  await pass(1);
  await pass(5000);
  expect(startedAt).toEqual([60_000, 65_000, 70_000]);
});

test('does not run before the outcome can have changed, in whole seconds', async () => {
  const { runs, startedAt, pass } = setUp({ validMs: 14_200 });
  await runs.current();
  await pass(14_999);
  expect(startedAt).toHaveLength(1);
  await pass(1);
  expect(startedAt).toEqual([0, 15_000]);
});

test('answers readers with the outcome while it is current, and with one run after that', async () => {
  const { runs, startedAt, clock } = setUp({ validMs: 1000 });
  const first = await runs.current();
  clock.advance(999);
  expect(await runs.current()).toBe(first);
  clock.advance(1);
  const [second, third] = await Promise.all([runs.current(), runs.current()]);
  expect(second).toBe(third);
  expect(startedAt).toEqual([0, 1000]);
});

test('runs for each reader where the outcome depends on more than the cache', async () => {
  const { runs, startedAt } = setUp({ isShareable: false });
  await runs.current();
  await runs.current();
  expect(startedAt).toHaveLength(2);
});

test('passes the failure of the first run to its reader, and runs no further', async () => {
  const { runs, startedAt, errors, failures, pass } = setUp();
  errors.push(new Error('first'));
  expect(await rejectionOf(runs.current())).toMatchObject({ message: 'first' });
  await pass(60_000);
  expect(startedAt).toHaveLength(1);
  expect(failures).toEqual([]);
});

test('goes on after a failure, not before the time that a refusal names', async () => {
  const { runs, startedAt, errors, failures, pass } = setUp();
  await runs.current();
  const refused = new TurnRefusedError(20_000, new Error('later'));
  errors.push(refused);
  await pass(5000);
  expect(failures).toEqual([refused]);
  await pass(19_999);
  expect(startedAt).toEqual([0, 5000]);
  await pass(1);
  expect(startedAt).toEqual([0, 5000, 25_000]);
});

test('ends the run under way when it is stopped, and leaves no timer', async () => {
  const { runs, clock, signals, outcomes, pass } = setUp();
  await runs.current();
  runs.stop();
  await pass(60_000);
  expect(signals).toHaveLength(1);
  expect(signals[0]?.aborted).toBe(true);
  expect(outcomes).toHaveLength(1);
  expect(clock.pendingTimers()).toBe(0);
});

describe('a restart', () => {
  test('runs again at once, and not for readers that have none', async () => {
    const { runs, startedAt, pass } = setUp({ validMs: Infinity });
    runs.restart();
    await pass(1000);
    expect(startedAt).toEqual([]);
    await runs.current();
    await pass(1000);
    runs.restart();
    await pass(0);
    expect(startedAt).toEqual([1000, 2000]);
  });

  test('passes the outcome of a run that began before it to no reader', async () => {
    const { runs, startedAt, outcomes, pass } = setUp();
    const current = runs.current();
    runs.restart();
    expect((await current).validUntilMs).toBe(1000);
    expect([startedAt, outcomes.length]).toEqual([[0, 0], 1]);
    await pass(5000);
    expect(startedAt).toHaveLength(3);
  });

  test('hides the failure of a run that began before it', async () => {
    const { runs, errors, failures } = setUp();
    errors.push(new Error('of the configuration before'));
    const current = runs.current();
    runs.restart();
    await expect(current).resolves.toMatchObject({ isShareable: true });
    expect(failures).toEqual([]);
  });

  test('starts nothing once the repetition has ended', async () => {
    const { runs, startedAt, pass } = setUp();
    await runs.current();
    runs.stop();
    runs.restart();
    await pass(10_000);
    expect(startedAt).toHaveLength(1);
  });
});

test('serves those who ask just past the time of an outcome, while a run replaces it', async () => {
  const { runs, startedAt, outcomes, clock, pass } = setUp({ validMs: 20_000 });
  const first = await runs.current();
  // A tenth of its time, as for cached values.
  clock.advance(21_999);
  expect(await runs.current()).toBe(first);
  await pass(0);
  expect([startedAt, await runs.current()]).toEqual([[0, 20_000], outcomes[1]]);
});

test('lets those wait who ask later than that', async () => {
  const { runs, outcomes, clock } = setUp({ intervalMs: 60_000, validMs: 20_000 });
  await runs.current();
  clock.advance(22_000);
  expect(await runs.current()).toBe(outcomes[1]);
  expect(outcomes).toHaveLength(2);
});
