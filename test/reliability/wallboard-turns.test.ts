import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createApp } from '../../src/composition/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { vendors } from '../../src/vendors/index.ts';
import { manualClock } from '../support/clock.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { type RequestsInFlight, watchRequestsTo } from '../support/requests-in-flight.ts';

/**
 * Half an hour of polling through the gateway's HTTP server and over the vendor's sockets, in simulated time. A fifth of 500 agents
 * with 160 calls a minute: the arithmetic is the same.
 */

const AGENTS = 100;
const REQUESTS_PER_MINUTE = 32;
const POLL_INTERVAL_MS = 5000;
const MINUTE = 60_000;
const QUERY = `{ agents(first: ${AGENTS}) { nodes { key latestInteractions(size: 1) { sources { fetchedAt } } } } }`;

const clock = manualClock();
let vendor: Server;
let vendorUrl: string;
/** The times of the vendor's calls, those for tokens included. */
let calls: number[];

beforeEach(async () => {
  calls = [];
  vendor = createServer((request, response) => {
    calls.push(clock.monotonicMs());
    const isToken = request.url?.includes('/connect/token');
    const token = { access_token: 'token-1', expires_in: 7200, token_type: 'Bearer' };
    const interactions = [{ guid: '015b212c-1487-46ba-bbb7-d78d6b1412a5', start: '2026-11-20T09:00:00Z' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    request.resume().on('end', () => response.end(JSON.stringify(isToken ? token : { interactions })));
  });
  vendor.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  vendorUrl = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
});
afterEach(async () => {
  const closed = new Promise((resolve) => vendor.close(resolve));
  vendor.closeAllConnections();
  await closed;
});

async function startGateway() {
  const agents = Array.from({ length: AGENTS }, (_, n) => `  - { id: a${n}, kind: human, accounts: { vcc: "${n}" } }`);
  const text = `accounts:
  - { name: vcc, vendor: vonage, baseUrl: "${vendorUrl}", accountKey: a1b2c3d4e5, clientId: gateway,
      clientSecret: secret-0123, requestsPerMinute: ${REQUESTS_PER_MINUTE} }
agents:
${agents.join('\n')}`;
  const loaded = loadConfig({ text, file: 'test', env: { PORT: '0' }, vendors });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const logger = createLogger({ destination: { write: () => undefined } });
  const app = await createApp({ config: loaded.config, clock, logger, isClockShared: true });
  const url = await app.server.listen();
  app.server.ready();
  return { app, url };
}

interface PolledAgent {
  readonly key: string;
  readonly latestInteractions: { readonly sources: readonly { readonly fetchedAt: string | null }[] } | null;
}

async function poll(url: string): Promise<readonly PolledAgent[]> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    // Compression takes place outside of the event loop, whose turns are counted.
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
    body: JSON.stringify({ query: QUERY }),
  });
  const { data } = (await response.json()) as { data: { agents: { nodes: readonly PolledAgent[] } } };
  return data.agents.nodes;
}

/** Resolves once what can happen at this time has happened. */
async function settle({ count }: RequestsInFlight): Promise<void> {
  for (let before = -1; before !== calls.length || count() > 0;) {
    before = calls.length;
    for (let i = 0; i < 5; i += 1) await flushPromises();
  }
}

/** What a wallboard saw of the agents in half an hour. */
function createObservations() {
  const firstAnswers = new Map<string, number>();
  const seen = { answers: 0, oldestMs: 0, lost: 0 };
  return {
    firstAnswers,
    seen,
    add: (agents: readonly PolledAgent[]) => {
      seen.answers += 1;
      for (const { key, latestInteractions } of agents) {
        const fetchedAt = latestInteractions?.sources[0]?.fetchedAt;
        if (fetchedAt) {
          if (!firstAnswers.has(key)) firstAnswers.set(key, clock.monotonicMs());
          seen.oldestMs = Math.max(seen.oldestMs, clock.now() - Date.parse(fetchedAt));
        } else if (firstAnswers.has(key)) seen.lost += 1;
      }
    },
  };
}

test('answers each agent of a wallboard within 4 minutes, and none later with data older than 5, over HTTP', async () => {
  const { app, url } = await startGateway();
  const requests = watchRequestsTo([vendorUrl]);
  const { firstAnswers, seen, add } = createObservations();
  const polls: Promise<void>[] = [];
  for (let ms = 0; ms < 30 * MINUTE; ms += POLL_INTERVAL_MS) {
    polls.push(poll(url).then(add));
    await settle(requests);
    clock.advance(POLL_INTERVAL_MS);
    await settle(requests);
  }
  const end = calls.length;
  // The last polls may still wait for their turn.
  while (seen.answers < polls.length) {
    clock.advance(POLL_INTERVAL_MS);
    await settle(requests);
  }
  await Promise.all(polls);
  requests.stop();
  const drained = app.server.drain(0);
  clock.advance(0);
  await drained;
  await app.close();

  expect(firstAnswers.size).toBe(AGENTS);
  expect(Math.max(...firstAnswers.values())).toBeLessThanOrEqual(4 * MINUTE);
  expect(seen.oldestMs).toBeLessThanOrEqual(5 * MINUTE);
  expect(seen.lost).toBe(0);
  // All of the quota is used, and no more.
  expect(end).toBeGreaterThanOrEqual(29 * REQUESTS_PER_MINUTE);
  calls.forEach((atMs, index) => {
    expect(atMs - (calls[index - REQUESTS_PER_MINUTE] ?? -Infinity)).toBeGreaterThanOrEqual(MINUTE);
  });
});
