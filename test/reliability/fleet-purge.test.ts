/** @needs redis-server */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../src/domain/clock.ts';
import { toPatientClock, waitUntil } from '../support/cache-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

const clock = steppedClock(NOW);
let redis: RedisServer;
let world: World;
beforeEach(async () => {
  redis = await startRedisServer();
  world = await startWorld(toPatientClock(clock));
});
afterEach(async () => {
  redis.thaw();
  await world.stop();
  await redis.kill();
});

function onRedis(raw: RawConfig): RawConfig {
  const accounts = raw.accounts.map((account) => ({
    ...account,
    ...(/kore|lp/.test(account.name) && { discover: false }),
  }));
  return { ...raw, cache: { url: redis.url }, accounts };
}

const QUERY = `query ($during: TimeRange!) { agents(first: 10, filter: { account: "kore-main" }) { nodes {
  key statusPeriods(during: $during, accounts: ["kore-main"]) { complete nodes { start } } } } }`;
const during = { from: '2026-11-18T00:00:00Z', to: '2026-11-20T00:00:00Z' };

async function ask(gateway: Gateway, headers: Readonly<Record<string, string>> = {}) {
  const { data, errors } = await gateway.query<{ agents: { nodes: readonly { key: string }[] } }>(
    QUERY,
    { during },
    headers,
  );
  expect(errors).toBeUndefined();
  return data.agents.nodes.map(({ key }) => key);
}

interface Answer {
  readonly accounts: readonly { readonly endpoints: readonly { readonly entries: number }[] }[];
  readonly fleet: { readonly processes: number; readonly heard: number; readonly complete: boolean };
}

async function purge(gateway: Gateway, body: object): Promise<Answer> {
  const response = await fetch(`${gateway.url}/admin/purge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // What is asked after a purge is asked later.
  clock.advance(1);
  return (await response.json()) as Answer;
}

function postsToKore(): number {
  return world.calls().kore.filter((call) => call.startsWith('POST') && !call.includes('token')).length;
}

/** Until both processes have asked for purges. */
async function startTwoGateways(): Promise<readonly [Gateway, Gateway]> {
  const gateways = [await world.startGateway(onRedis), await world.startGateway(onRedis)] as const;
  await waitUntil(async () => (await redis.command('HGETALL', HEARD)).startsWith('*4'));
  return gateways;
}

const HEARD = 'switchboard:4:purge::{purges}heard';

test('purges in every gateway of a fleet, and costs the fleet one call', async () => {
  const [first, second] = await startTwoGateways();
  const [key] = await ask(first);
  await waitUntil(async () => Number((await redis.command('DBSIZE')).slice(1)) > 20);
  await ask(second);
  expect(postsToKore()).toBe(1);
  const { fleet, accounts } = await purge(first, { account: 'kore-main', agent: key, from: '2026-11-19' });
  expect(fleet).toEqual({ processes: 2, heard: 2, complete: true });
  expect(accounts[0]?.endpoints[0]?.entries).toBe(1);
  await Promise.all([ask(second), ask(first)]);
  expect(postsToKore()).toBe(1);
  await Promise.all([ask(second), ask(first)]);
  expect(postsToKore()).toBe(0);
});

test('a gateway that starts later does not read what was purged', async () => {
  const [first, second] = await startTwoGateways();
  await ask(first);
  await waitUntil(async () => Number((await redis.command('DBSIZE')).slice(1)) > 20);
  await purge(second, { account: 'kore-main' });
  world.calls();
  const third = await world.startGateway(onRedis);
  await ask(third);
  expect(postsToKore()).toBe(1);
});

test('purges where it is asked while Redis does not answer, and elsewhere as soon as it does', async () => {
  await world.stop();
  // The real timeouts of Redis.
  world = await startWorld({ ...systemClock, now: () => NOW });
  const [first, second] = await startTwoGateways();
  await ask(first);
  await waitUntil(async () => Number((await redis.command('DBSIZE')).slice(1)) > 20);
  await ask(second);
  expect(postsToKore()).toBe(1);
  redis.freeze();
  const away = await purge(first, { account: 'kore-main' });
  expect(away.fleet).toEqual({ processes: 1, heard: 1, complete: false });
  await ask(first);
  expect(postsToKore()).toBe(1);
  await ask(second);
  expect(postsToKore()).toBe(0);
  redis.thaw();
  await waitUntil(() => second.logs().includes('cache purged, as another process was asked to'));
  await ask(second);
  expect(postsToKore()).toBe(1);
});

test('a gateway from whose configuration the account was missing meanwhile has nothing left of what was purged', async () => {
  const [first, second] = await startTwoGateways();
  await ask(first);
  await first.reconfigure((raw) => withoutAccount('kore-main', onRedis(raw)));
  world.calls();
  const { fleet } = await purge(second, { account: 'kore-main' });
  expect(fleet).toEqual({ processes: 2, heard: 2, complete: true });
  expect((await first.reconfigure(onRedis)).accounts.added).toEqual(['kore-main']);
  await ask(first);
  expect(postsToKore()).toBe(1);
});

function withoutAccount(name: string, raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.filter((account) => account.name !== name),
    agents: raw.agents.map(({ accounts: { [name]: _removed, ...accounts }, ...agent }) => ({ ...agent, accounts })),
  };
}
