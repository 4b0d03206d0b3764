import { expect, test } from '@jest/globals';
import { createAccountCache } from '../../src/cache/account-cache.ts';
import { createMemoryStore } from '../../src/cache/memory-store.ts';
import { type AdmissionOptions, createAdmission } from '../../src/http/admission.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { namespace } from '../support/cache-harness.ts';
import { manualClock } from '../support/clock.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { ACCOUNT } from '../support/http-harness.ts';

const TARGET = { ...{ vendor: ACCOUNT.vendor, account: ACCOUNT.name }, endpoint: namespace.endpoint };

/** Polls every agent through the cache and the admission control every 5 seconds; returns the times of each agent's calls. */
async function simulateWallboard(agents: number, requestsPerMinute: number, minutes: number) {
  const clock = manualClock();
  const options: AdmissionOptions = {
    account: ACCOUNT,
    concurrency: 8,
    maxQueued: 2500,
    requestsPerMinute,
    circuitBreaker: true,
    honorRetryAfter: true,
    clock,
    random: () => 0.5,
    metrics: createMetrics(),
  };
  const admission = createAdmission(options);
  const onRead = () => undefined;
  const store = createMemoryStore(100_000_000);
  const cache = createAccountCache({ account: ACCOUNT, store, clock, staleIfErrorSeconds: 600, onRead });
  const calls = new Map<number, number[]>();
  const starts: number[] = [];
  async function readAgent(agent: number, query: string, signal: AbortSignal, waitUntilMs: number) {
    const context = {
      signal,
      waitUntilMs: () => waitUntilMs,
      fairnessKey: ['wallboard', query] as const,
      record: onRead,
      restrictCache: onRead,
    };
    await cache
      .read(namespace, `${agent}`, context, async (fetchContext) => {
        const release = await admission.acquire(TARGET, fetchContext);
        starts.push(clock.monotonicMs());
        calls.set(agent, [...(calls.get(agent) ?? []), clock.monotonicMs()]);
        release(null);
        return { value: 'ok', ttlSeconds: 10 };
      })
      .catch(onRead);
  }
  for (let ms = 0; ms < minutes * 60_000; ms += 5000) {
    const controller = new AbortController();
    clock.setTimer(30_000, () => {
      controller.abort();
    });
    for (let agent = 0; agent < agents; agent += 1)
      void readAgent(agent, `${ms}`, controller.signal, clock.monotonicMs() + 29_500);
    for (let i = 0; i < 10; i += 1) await flushPromises();
    clock.advance(5000);
    for (let i = 0; i < 10; i += 1) await flushPromises();
  }
  return { calls, starts };
}

test.each([
  { agents: 100, requestsPerMinute: 30, minutes: 6, answeredWithinMs: 240_000, maxAgeMs: 300_000 },
  { agents: 500, requestsPerMinute: 160, minutes: 12, answeredWithinMs: 240_000, maxAgeMs: 300_000 },
])('gives each of $agents agents its turn with $requestsPerMinute calls a minute', async (scenario) => {
  const { agents, requestsPerMinute, minutes } = scenario;
  const { calls, starts } = await simulateWallboard(agents, requestsPerMinute, minutes);
  expect(calls.size).toBe(agents);
  for (const times of calls.values()) {
    expect(times[0]).toBeLessThanOrEqual(scenario.answeredWithinMs);
    const ages = [...times, minutes * 60_000].map((time, index, all) => time - (all[index - 1] ?? 0));
    expect(Math.max(...ages)).toBeLessThanOrEqual(scenario.maxAgeMs);
  }
  starts.forEach((time, index) => {
    expect(time - (starts[index - requestsPerMinute] ?? -Infinity)).toBeGreaterThanOrEqual(60_000);
  });
});
