import { expect, test } from '@jest/globals';
import type { Clock } from '../../src/domain/clock.ts';
import { SECOND } from '../../src/domain/time.ts';
import { waitUntil } from '../support/cache-harness.ts';
import { timedClock } from '../support/clock.ts';
import { openEventStream } from '../support/event-stream.ts';
import { NOW, startWorld } from '../support/world.ts';

/** Steps of a second: the time to live of the status, and one for rounding. */
const MAX_DELAY_STEPS = 16;
const STEPS = 240;

interface Change {
  readonly current: { readonly start: string } | null;
  readonly isInitial: boolean;
  readonly detectedAt: string;
}

const DOCUMENT =
  'subscription { statusChanges(filter: { account: "kore-main" }) { current { start } isInitial detectedAt } }';

/** The default of `limits.requestTimeoutMs`: readings and executions have a timer of this length while they are under way. */
const REQUEST_TIMEOUT_MS = 30 * SECOND;

/** A clock that counts the readings and executions that are under way. */
function countingClock() {
  const clock = timedClock(NOW);
  const state = { underWay: 0 };
  const setTimer: Clock['setTimer'] = (ms, callback) => {
    const cancel = clock.setTimer(ms, callback);
    if (ms !== REQUEST_TIMEOUT_MS) return cancel;
    state.underWay += 1;
    let isSet = true;
    return () => {
      if (isSet) state.underWay -= 1;
      isSet = false;
      cancel();
    };
  };
  return { ...clock, state, setTimer };
}

test('finds each change of the vendor within the time to live of the status', async () => {
  const clock = countingClock();
  const world = await startWorld(clock);
  const gateway = await world.startGateway();
  const stream = await openEventStream(gateway.url, { query: DOCUMENT });
  const changes: Change[] = [];
  const follow = async () => {
    for (let event = await stream.next(); event?.event === 'next'; event = await stream.next())
      changes.push((JSON.parse(event.data) as { data: { statusChanges: Change } }).data.statusChanges);
  };
  void follow();
  const settle = async () => {
    for (let round = 0; round < 2; round += 1) {
      await fetch(`${gateway.url}/healthz`);
      await waitUntil(() => clock.state.underWay === 0);
    }
  };
  await waitUntil(() => changes.length > 0);
  await settle();
  for (let step = 0; step < STEPS; step += 1) {
    clock.advance(SECOND);
    await settle();
  }
  await waitUntil(() => changes.some(({ isInitial }) => !isInitial));
  const delays = changes.flatMap(({ current, isInitial, detectedAt }) =>
    isInitial || !current ? [] : [(Date.parse(detectedAt) - Date.parse(current.start)) / SECOND],
  );
  expect(delays.length).toBeGreaterThan(10);
  expect(Math.max(...delays)).toBeLessThanOrEqual(MAX_DELAY_STEPS);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  stream.close();
  await gateway.stop();
  await world.stop();
});
