import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SECOND } from '../../src/domain/time.ts';
import { waitUntil } from '../support/cache-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { type Gateway, NOW, startWorld, type World } from '../support/world.ts';

const TTL_SECONDS = 15;
const QUERY = '{ agents(filter: { account: "kore-main" }) { nodes { currentStatus { start } } } }';

const clock = steppedClock(NOW);
let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());

async function startGateway(options: object = {}): Promise<Gateway> {
  return world.startGateway((raw) => ({
    ...raw,
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...(/kore|lp/.test(account.name) && { discover: false, ...options }),
    })),
    cache: { ttl: { statusLive: TTL_SECONDS } },
  }));
}

async function poll(gateway: Gateway): Promise<number> {
  const { headers } = await gateway.query(QUERY);
  const [, seconds] = /^private, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '') ?? [];
  return Number(seconds);
}

/** Whether the cache holds the whole answer, within its time to live. */
async function isFresh(gateway: Gateway): Promise<boolean> {
  const { extensions } = await gateway.query(QUERY, {}, { 'switchboard-explain': 'plan' });
  const { plan } = extensions?.switchboard as { plan: { vendorCalls: readonly { atMost: number; cached: number }[] } };
  return plan.vendorCalls.every(({ atMost, cached }) => atMost === cached);
}

/** The seconds between the polls of a client that sleeps `max-age`. */
async function pollFor(gateway: Gateway, seconds: number, afterPoll: () => Promise<void>): Promise<readonly number[]> {
  const waits: number[] = [];
  for (const end = clock.now() + seconds * SECOND; clock.now() < end;) {
    const maxAge = await poll(gateway);
    waits.push(maxAge);
    await afterPoll();
    clock.advance(maxAge * SECOND);
  }
  return waits;
}

test('paces a client that sleeps max-age: two requests per refresh, of which the second finds the new answer', async () => {
  const gateway = await startGateway();
  // The vendor answers faster than the client polls.
  const revalidated = () => waitUntil(() => isFresh(gateway));
  expect(await pollFor(gateway, 5 * TTL_SECONDS, revalidated)).toEqual([15, 1, 14, 1, 14, 1, 14, 1, 14]);
});

test('paces a client while the vendor is down: at most a request a second', async () => {
  const gateway = await startGateway();
  await poll(gateway);
  world.vendors.kore.injectFault({ kind: 'down' });
  clock.advance((TTL_SECONDS + 5) * SECOND);
  const waits = await pollFor(gateway, 10, () => Promise.resolve());
  expect(waits.filter((seconds) => seconds < 1 || Number.isNaN(seconds))).toEqual([]);
  expect(waits.length).toBeLessThanOrEqual(10);
});

/** What a client that sleeps `max-age` sees of one request during an outage. */
interface OutagePoll {
  readonly maxAge: number;
  readonly vendorCalls: number;
  readonly data: unknown;
  readonly error: Readonly<Record<string, unknown>> | null;
}

async function pollOutage(gateway: Gateway, requests: number): Promise<readonly OutagePoll[]> {
  const polls: OutagePoll[] = [];
  while (polls.length < requests) {
    const { headers, data, errors } = await gateway.query(QUERY_OF_ONE);
    const [, seconds] = /^private, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '') ?? [];
    const maxAge = Number(seconds);
    polls.push({ maxAge, vendorCalls: world.calls().kore.length, data, error: errors?.[0]?.extensions ?? null });
    clock.advance(maxAge * SECOND);
  }
  return polls;
}

const QUERY_OF_ONE = '{ agents(first: 1, filter: { account: "kore-main" }) { nodes { currentStatus { start } } } }';
/** So many consecutive failures open the circuit. */
const FAILURES = 5;

/** With the circuit open: every request is the next attempt, and names the time until the one after it. */
function expectOneRequestPerProbe(probes: readonly OutagePoll[]): void {
  expect(probes.map(({ vendorCalls }) => vendorCalls)).toEqual(probes.map(() => 1));
  for (const { maxAge } of probes) expectOpenTime(maxAge);
}

/** 10 to 60 seconds, and a fifth of jitter. */
function expectOpenTime(seconds: number | undefined): void {
  expect(seconds).toBeGreaterThanOrEqual(8);
  expect(seconds).toBeLessThanOrEqual(72);
}

/** One second, until the failure that opens the circuit. */
function expectSecondsUntilOpen(failing: readonly OutagePoll[]): void {
  expect(failing.slice(0, -1).map(({ maxAge }) => maxAge)).toEqual(Array.from({ length: FAILURES - 1 }, () => 1));
  expectOpenTime(failing.at(-1)?.maxAge);
}

test('paces a client through an outage by the time until the next attempt, and to the end of it', async () => {
  world.vendors.kore.clearFaults();
  const gateway = await startGateway({ maxRetries: 0 });
  await pollOutage(gateway, 1);
  world.vendors.kore.injectFault({ kind: 'down' });
  // The last known status is served, and the vendor is asked each second, until the circuit opens.
  clock.advance(10 * SECOND);
  const failing = await pollOutage(gateway, FAILURES);
  // The first request meets the connection that was kept, and is sent again on a new one.
  expect(failing.map(({ vendorCalls }) => vendorCalls)).toEqual([2, 1, 1, 1, 1]);
  expectSecondsUntilOpen(failing);
  const open = await pollOutage(gateway, 8);
  expectOneRequestPerProbe(open);
  for (const { data, error } of open) expect([data, error]).toEqual([failing[0]?.data, null]);

  world.vendors.kore.clearFaults();
  // The client asks again when the next attempt is due, and that one finds the vendor well.
  const [recovered] = await pollOutage(gateway, 1);
  expect([recovered?.vendorCalls, recovered?.maxAge]).toEqual([1, TTL_SECONDS]);
});

test('paces a client in the same way where nothing is known, so that the field is an error', async () => {
  world.vendors.kore.injectFault({ kind: 'down' });
  const gateway = await startGateway({ maxRetries: 0 });
  const failing = await pollOutage(gateway, FAILURES);
  expectSecondsUntilOpen(failing);
  expect(failing[0]?.error).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  const open = await pollOutage(gateway, 6);
  world.vendors.kore.clearFaults();
  expectOneRequestPerProbe(open);
  for (const { maxAge, error } of open) expect(error).toMatchObject({ reason: 'reset', retryAfterSeconds: maxAge });
});

test('suggests a second for an answer without vendor data', async () => {
  const gateway = await startGateway();
  const { headers } = await gateway.query('{ __typename accounts { state } }');
  expect(headers.get('cache-control')).toBe('private, max-age=1');
});
