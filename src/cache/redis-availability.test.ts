import { expect, test } from '@jest/globals';
import { createAvailabilityMonitor } from './redis-availability.ts';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';

function setUp() {
  const clock = manualClock();
  const events: string[] = [];
  const probes: PromiseWithResolvers<boolean>[] = [];
  const presence = createAvailabilityMonitor({
    clock,
    probe: () => {
      const probe = Promise.withResolvers<boolean>();
      probes.push(probe);
      return probe.promise;
    },
    onDown: () => events.push('away'),
    onUp: () => events.push('back'),
  });
  /** The latest probe ends so. */
  const answer = async (well: boolean) => {
    probes.at(-1)?.resolve(well);
    await flushPromises();
  };
  return { clock, told: events, probes, presence, answer };
}

test('what is away is looked for once a second, until it has answered', async () => {
  const { clock, told: events, probes, presence, answer } = setUp();
  for (let failures = 0; failures < 3; failures += 1) presence.markDown(new Error('no'));
  expect([presence.isDown(), events]).toEqual([true, ['away']]);
  for (let n = 1; n <= 3; n += 1) {
    clock.advance(999);
    expect(probes).toHaveLength(n - 1);
    clock.advance(1);
    expect(probes).toHaveLength(n);
    await answer(n === 3);
  }
  expect([presence.isDown(), events]).toEqual([false, ['away', 'back']]);
  clock.advance(100_000);
  expect(probes).toHaveLength(3);
});

test('what comes and goes is looked for ever less often; what was back for long, soon again', async () => {
  const { clock, probes, presence, answer } = setUp();
  async function awayFor(): Promise<number> {
    const [asked, gone] = [probes.length, clock.monotonicMs()];
    presence.markDown(new Error('no'));
    while (probes.length === asked) clock.advance(1000);
    const lasted = clock.monotonicMs() - gone;
    await answer(true);
    return lasted / 1000;
  }
  const times: number[] = [];
  for (let i = 0; i < 8; i += 1) times.push(await awayFor());
  expect(times).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  clock.advance(60_000);
  expect(await awayFor()).toBe(1);
});

test('once stopped, it looks for nothing and tells nothing', async () => {
  const { clock, told: events, probes, presence, answer } = setUp();
  presence.markDown(new Error('no'));
  clock.advance(1000);
  presence.stop();
  await answer(true);
  presence.markDown(new Error('no'));
  clock.advance(100_000);
  expect(probes).toHaveLength(1);
  expect(clock.pendingTimers()).toBe(0);
  expect(events).toEqual(['away']);
});
