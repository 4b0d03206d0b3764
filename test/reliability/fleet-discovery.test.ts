/** @needs redis-server */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { toPatientClock, waitUntil } from '../support/cache-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { countOccurrences, type Gateway, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

let redis: RedisServer;
let world: World;
beforeEach(async () => {
  redis = await startRedisServer();
  world = await startWorld(toPatientClock(steppedClock(NOW)));
});
afterEach(async () => {
  await world.stop();
  await redis.kill();
});

const QUERY = '{ agents(first: 1000) { totalCount nodes { id } sources { account { name } outcome } } }';
interface AgentsData {
  readonly agents: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly id: string }[];
    readonly sources: readonly { readonly account: { readonly name: string }; readonly outcome: string }[];
  };
}

function onRedis(raw: RawConfig): RawConfig {
  return { ...raw, cache: { url: redis.url } };
}

/** Asks until every account has been discovered: on a busy machine a query does not wait that long. */
async function discover(gateway: Gateway): Promise<AgentsData['agents']> {
  let { data } = await gateway.query<AgentsData>(QUERY);
  await waitUntil(async () => {
    ({ data } = await gateway.query<AgentsData>(QUERY));
    return data.agents.sources.every(({ outcome }) => outcome === 'OK');
  });
  return data.agents;
}

test('discovers once for three gateways that start together, page by page', async () => {
  const single = await world.startGateway();
  const expected = await discover(single);
  const cost = world.calls();
  expect(cost.kore.length).toBeGreaterThan(1);
  const gateways = await Promise.all([1, 2, 3].map(() => world.startGateway(onRedis)));
  await waitUntil(async () => (await redis.command('ZCARD', 'switchboard:4:fleet::processes')) === ':3\r\n');
  for (const agents of await Promise.all(gateways.map(discover))) expect(agents.nodes).toEqual(expected.nodes);
  const calls = world.calls();
  expect(calls.kore).toHaveLength(cost.kore.length);
  expect(countOccurrences(calls.liveperson)).toEqual(countOccurrences(cost.liveperson));
});

test('keeps the agents of a gateway that is restarted while the vendors fail', async () => {
  const first = await world.startGateway(onRedis);
  const before = await discover(first);
  await waitUntil(async () => Number((await redis.command('DBSIZE')).slice(1)) > 2);
  await first.stop();
  await redis.command('EVAL', EXPIRE_DIRECTORIES, '0');
  for (const vendor of [world.vendors.kore, world.vendors.liveperson]) vendor.injectFault({ status: 503 });
  const second = await world.startGateway(onRedis);
  const after = await second.query<AgentsData>(QUERY);
  expect(after.data.agents.nodes).toEqual(before.nodes);
  expect(after.data.agents.sources.map(({ outcome }) => outcome)).toEqual(before.sources.map(() => 'STALE'));
});

/** Removes what a discovery fetched, as if its time to live had passed; the kept result stays. */
const EXPIRE_DIRECTORIES = `
for _, key in ipairs(redis.call('KEYS', '*:entry::*')) do
  if not string.find(redis.call('GET', key), 'discovery', 1, true) then redis.call('DEL', key) end
end`;
