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

interface Wallboard {
  readonly agents: number;
  readonly requestsPerMinute: number;
  readonly minutes: number;
  /** Whether it polls in this second; absent: every five. */
  readonly pollsAt?: (second: number) => boolean;
  /** How long each poll waits for its answer. */
  readonly patienceMs?: number;
}

/** Polls every agent through the cache and the admission control; returns the times of each agent's calls. */
async function simulateWallboard({
  agents,
  requestsPerMinute,
  minutes,
  pollsAt = (second) => second % 5 === 0,
  patienceMs = 30_000,
}: Wallboard) {
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
  function poll(second: number): void {
    const controller = new AbortController();
    clock.setTimer(patienceMs, () => {
      controller.abort();
    });
    for (let agent = 0; agent < agents; agent += 1)
      void readAgent(agent, `${second}`, controller.signal, clock.monotonicMs() + patienceMs - 500);
  }
  const isPoll = Array.from({ length: minutes * 60 }, (_, second) => pollsAt(second));
  for (const [second, polls] of isPoll.entries()) {
    if (polls) poll(second);
    // Nothing happens between two polls but the starts of calls.
    if (!polls && isPoll[second + 1] !== true && second % 5 !== 4) {
      clock.advance(1000);
      continue;
    }
    for (let i = 0; i < 10; i += 1) await flushPromises();
    clock.advance(1000);
    for (let i = 0; i < 10; i += 1) await flushPromises();
  }
  return { calls, starts };
}

test.each([
  { agents: 100, requestsPerMinute: 30, minutes: 6, answeredWithinMs: 240_000, maxAgeMs: 300_000 },
  { agents: 500, requestsPerMinute: 160, minutes: 12, answeredWithinMs: 240_000, maxAgeMs: 300_000 },
])('gives each of $agents agents its turn with $requestsPerMinute calls a minute', async (scenario) => {
  const { agents, requestsPerMinute, minutes } = scenario;
  const { calls, starts } = await simulateWallboard(scenario);
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

// No poll waits for a start: those whose value is known would keep their places, and the others never have one.
test.each<[string, Pick<Wallboard, 'pollsAt' | 'patienceMs'>]>([
  ['two polls a minute, early in it', { pollsAt: (second) => second % 62 === 0 || second % 62 === 12 }],
  ['a poll every ten seconds that waits for two', { pollsAt: (second) => second % 10 === 0, patienceMs: 2500 }],
])('answers every agent of a small quota with %s', async (_name, polls) => {
  const { calls } = await simulateWallboard({ agents: 8, requestsPerMinute: 4, minutes: 8, ...polls });
  expect([...calls.keys()].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const times of calls.values()) expect(times.length).toBeGreaterThanOrEqual(3);
});
