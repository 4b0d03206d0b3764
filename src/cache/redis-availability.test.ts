import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createAvailabilityMonitor } from './redis-availability.ts';

function setUp() {
  const clock = manualClock();
  const events: string[] = [];
  const probes: PromiseWithResolvers<boolean>[] = [];
  const monitor = createAvailabilityMonitor({
    clock,
    probe: () => {
      const probe = Promise.withResolvers<boolean>();
      probes.push(probe);
      return probe.promise;
    },
    onDown: () => events.push('down'),
    onUp: () => events.push('up'),
  });
  /** Completes the latest probe. */
  const completeProbe = async (isHealthy: boolean) => {
    probes.at(-1)?.resolve(isHealthy);
    await flushPromises();
  };
  return { clock, events, probes, monitor, completeProbe };
}

test('probes a Redis that is down once a second until a probe succeeds', async () => {
  const { clock, events, probes, monitor, completeProbe } = setUp();
  for (let failures = 0; failures < 3; failures += 1) monitor.markDown(new Error('no'));
  expect([monitor.isDown(), events]).toEqual([true, ['down']]);
  for (let n = 1; n <= 3; n += 1) {
    clock.advance(999);
    expect(probes).toHaveLength(n - 1);
    clock.advance(1);
    expect(probes).toHaveLength(n);
    await completeProbe(n === 3);
  }
  expect([monitor.isDown(), events]).toEqual([false, ['down', 'up']]);
  clock.advance(100_000);
  expect(probes).toHaveLength(3);
});

test('probes a flapping Redis with exponential backoff, and again soon after it was up for long', async () => {
  const { clock, probes, monitor, completeProbe } = setUp();
  async function measureDowntime(): Promise<number> {
    const [probesBefore, downSince] = [probes.length, clock.monotonicMs()];
    monitor.markDown(new Error('no'));
    while (probes.length === probesBefore) clock.advance(1000);
    const downtimeMs = clock.monotonicMs() - downSince;
    await completeProbe(true);
    return downtimeMs / 1000;
  }
  const times: number[] = [];
  for (let i = 0; i < 8; i += 1) times.push(await measureDowntime());
  expect(times).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  clock.advance(60_000);
  expect(await measureDowntime()).toBe(1);
});

test('neither probes nor reports after it is stopped', async () => {
  const { clock, events, probes, monitor, completeProbe } = setUp();
  monitor.markDown(new Error('no'));
  clock.advance(1000);
  monitor.stop();
  await completeProbe(true);
  monitor.markDown(new Error('no'));
  clock.advance(100_000);
  expect(probes).toHaveLength(1);
  expect(clock.pendingTimers()).toBe(0);
  expect(events).toEqual(['down']);
});
