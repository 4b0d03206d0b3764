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

async function startGateway(): Promise<Gateway> {
  return world.startGateway((raw) => ({
    ...raw,
    accounts: raw.accounts.map((account) => ({ ...account, ...(/kore|lp/.test(account.name) && { discover: false }) })),
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

test('suggests a second for an answer without vendor data', async () => {
  const gateway = await startGateway();
  const { headers } = await gateway.query('{ __typename accounts { state } }');
  expect(headers.get('cache-control')).toBe('private, max-age=1');
});
