import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { createFleet } from '../../src/cache/fleet.ts';
import { createAccountPool } from '../../src/composition/account-pool.ts';
import { createLimitedLogs } from '../../src/composition/limited-logs.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { anonymousCaller } from '../../src/request/caller.ts';
import { createRequestContext } from '../../src/request/request-context.ts';
import { vendors } from '../../src/vendors/index.ts';
import { manualClock } from '../support/clock.ts';
import { createFakeDispatcher } from '../support/fake-dispatcher.ts';
import { flushPromises } from '../support/flush-promises.ts';

/** Hours of polling in simulated time: configuration, wiring, request deadlines, loaders, cache and admission are real. */

const REQUESTS_PER_MINUTE = 160;
const CONCURRENCY = 8;
const POLL_INTERVAL_MS = 5000;
const MINUTE = 60_000;

const CONFIG = `
accounts:
  - { name: vcc, vendor: vonage, baseUrl: "https://emea.newvoicemedia.com", accountKey: a1b2c3d4e5, clientId: gateway,
      clientSecret: secret-0123, requestsPerMinute: ${REQUESTS_PER_MINUTE},
      concurrency: ${CONCURRENCY} }
agents: []`;

const TOKEN = { access_token: 'token-1', expires_in: 7200, token_type: 'Bearer' };
const INTERACTIONS = {
  interactions: [{ guid: '015b212c-1487-46ba-bbb7-d78d6b1412a5', start: '2026-11-20T09:00:00Z' }],
};

/** A gateway's Vonage account whose vendor answers at once. */
function connectVonage() {
  const clock = manualClock();
  const calls: { readonly agent: string | null; readonly atMs: number }[] = [];
  const dispatcher = createFakeDispatcher(({ path }) => {
    const agent = /\/agents\/(?<agent>[^/]+)\//.exec(path)?.groups?.agent ?? null;
    calls.push({ agent, atMs: clock.monotonicMs() });
    const body = Readable.from([Buffer.from(JSON.stringify(agent === null ? TOKEN : INTERACTIONS))]);
    return { headers: { 'content-type': 'application/json' }, body };
  });
  const loaded = loadConfig({ text: CONFIG, file: 'test', env: {}, vendors });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { config } = loaded;
  const logger = createLogger({ destination: { write: () => undefined } });
  const fleet = createFleet({ address: undefined, maxBytes: 1e8, clock, observer: { onError: () => undefined } });
  const metrics = createMetrics();
  const logs = createLimitedLogs(clock, logger);
  const transport = {
    dispatcherFor: () => dispatcher,
    release: () => undefined,
    isStaleConnection: () => false,
    close: () => Promise.resolve(),
  };
  const pool = createAccountPool({
    ...{ vendors, fleet, transport, clock, metrics, logger, logs },
    limits: () => config.limits,
    onUnexpectedError: (error) => {
      throw error;
    },
  });
  const [account] = pool.connect(config).accounts;
  if (!account) throw new Error('the account is missing');

  let queries = 0;
  /** Asks for agents in one query; calls back for each. */
  function ask(
    caller: string,
    agents: readonly string[],
    onSettled: (agent: string, fetchedAt: number | null) => void,
  ) {
    const context = createRequestContext({
      caller: { ...anonymousCaller, name: caller },
      requestId: `${(queries += 1)}`,
      explain: null,
      disconnectSignal: new AbortController().signal,
      clock,
      limits: config.limits,
    });
    const { latestInteractions } = account?.adapter.createDataSource(context) ?? {};
    const answers = agents.map(async (agent) => {
      const reading = latestInteractions?.(agent, { size: 1, type: null, activeLiveFirst: null });
      const result = await Promise.resolve(reading).catch(() => null);
      onSettled(agent, result?.sources[0]?.fetchedAt ?? null);
    });
    void Promise.all(answers).then(context.close);
  }
  async function advance(ms: number) {
    await settle();
    clock.advance(ms);
    await settle();
  }
  /** Lets the calls that may start now start and end. */
  async function settle() {
    for (let before = -1; before !== calls.length;) {
      before = calls.length;
      for (let i = 0; i < 5; i += 1) await flushPromises();
    }
  }
  return { clock, calls, ask, advance };
}

function createAgents(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${n}`);
}

function expectQuotaKept(calls: readonly { readonly atMs: number }[]) {
  calls.forEach(({ atMs }, index) => {
    expect(atMs - (calls[index - REQUESTS_PER_MINUTE]?.atMs ?? -Infinity)).toBeGreaterThanOrEqual(MINUTE);
  });
}

test('answers each of 500 agents within 4 minutes, and none later with data older than 5', async () => {
  const { clock, calls, ask, advance } = connectVonage();
  const agents = createAgents('', 500);
  const firstAnswers = new Map<string, number>();
  let oldestMs = 0;
  let failuresAfterAnswer = 0;
  for (let ms = 0; ms < 30 * MINUTE; ms += POLL_INTERVAL_MS) {
    ask('wallboard', agents, (agent, fetchedAt) => {
      if (fetchedAt === null) {
        if (firstAnswers.has(agent)) failuresAfterAnswer += 1;
        return;
      }
      if (!firstAnswers.has(agent)) firstAnswers.set(agent, clock.monotonicMs());
      oldestMs = Math.max(oldestMs, clock.now() - fetchedAt);
    });
    await advance(POLL_INTERVAL_MS);
  }
  expect(firstAnswers.size).toBe(500);
  expect(Math.max(...firstAnswers.values())).toBeLessThanOrEqual(4 * MINUTE);
  expect(oldestMs).toBeLessThanOrEqual(5 * MINUTE);
  expect(failuresAfterAnswer).toBe(0);
  // All of the quota is used.
  expect(calls.length).toBeGreaterThanOrEqual(29 * REQUESTS_PER_MINUTE);
  expectQuotaKept(calls);
});

describe.each([
  { everything: 500, isOnce: false },
  { everything: 5000, isOnce: true },
])('a caller that asks for $everything agents', ({ everything, isOnce }) => {
  test('takes equal turns with a caller that asks for 400', async () => {
    const { calls, ask, advance } = connectVonage();
    const greedyAgents = createAgents('g', everything);
    const modestAgents = createAgents('m', 400);
    const minutes = isOnce ? 1 : 2;
    for (let ms = 0; ms < minutes * MINUTE; ms += POLL_INTERVAL_MS) {
      if (!isOnce || ms === 0) ask('greedy', greedyAgents, () => undefined);
      ask('modest', modestAgents, () => undefined);
      await advance(POLL_INTERVAL_MS);
    }
    // The first calls take the free slots before the other caller has asked.
    const [token, ...rest] = calls;
    expect(token?.agent).toBeNull();
    for (let minute = 0; minute < minutes; minute += 1) {
      const contested = rest.slice(CONCURRENCY).filter(({ atMs }) => Math.floor(atMs / MINUTE) === minute);
      const greedy = contested.filter(({ agent }) => agent?.startsWith('g')).length;
      expect(contested.length).toBeGreaterThanOrEqual(REQUESTS_PER_MINUTE - CONCURRENCY - 1);
      expect(Math.abs(contested.length - 2 * greedy)).toBeLessThanOrEqual(1);
    }
    expectQuotaKept(calls);
  });
});
