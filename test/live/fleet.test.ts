/** @needs redis-server */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { toPatientClock, waitUntil } from '../support/cache-harness.ts';
import { timedClock } from '../support/clock.ts';
import { openEventStream } from '../support/event-stream.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

const FIELD = `agents(first: 20, filter: { account: "kore-main" }) { nodes { name currentStatus { status start observedAt } } }`;

let redis: RedisServer;
let world: World;
const manual = timedClock(NOW);
beforeEach(async () => {
  redis = await startRedisServer();
  world = await startWorld({ ...manual, ...toPatientClock(manual) });
});
afterEach(async () => {
  await world.stop();
  await redis.kill();
});

/** Without discovery, so that all calls belong to what is watched. */
function withoutDiscovery(raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...(/kore|lp/.test(account.name) && { discover: false }),
    })),
  };
}

function onRedis(raw: RawConfig): RawConfig {
  return { ...withoutDiscovery(raw), cache: { url: redis.url } };
}

/** Opens subscriptions, lets a minute pass, and returns the calls of Kore in each step of fifteen seconds. */
async function countCalls(gateways: readonly Gateway[], watchers: number) {
  const latest: string[] = [];
  const watch = async ({ url }: Gateway, index: number) => {
    const stream = await openEventStream(url, { query: `subscription { ${FIELD} }` });
    latest[index] = '';
    const follow = async () => {
      for (let event = await stream.next(); event?.event === 'next'; event = await stream.next())
        latest[index] = event.data.trim();
    };
    void follow();
    return stream;
  };
  const [first] = gateways;
  if (!first) throw new Error('no gateway');
  world.calls();
  const streams = [];
  for (let index = 0; index < watchers; index += 1)
    streams.push(await watch(gateways[index % gateways.length] ?? first, index));
  const calls: number[] = [];
  for (let step = 0; step <= 4; step += 1) {
    if (step > 0) manual.advance(16_000);
    await waitUntil(async () => {
      const polled = JSON.stringify({ data: (await first.query(`{ ${FIELD} }`)).data });
      return latest.every((text) => text === polled);
    });
    calls.push(world.calls().kore.length);
  }
  for (const stream of streams) stream.close();
  return calls;
}

test('thirty watchers of three gateways cost the calls of one, and none once they have left', async () => {
  const alone = await countCalls([await world.startGateway(withoutDiscovery)], 1);
  expect(alone).toEqual([1, 1, 1, 1, 1]);
  const fleet = [1, 2, 3].map(() => world.startGateway(onRedis));
  expect(await countCalls(await Promise.all(fleet), 30)).toEqual(alone);
  await waitUntil(async () => {
    const texts = await Promise.all(
      (await Promise.all(fleet)).map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    return texts.every((text) => text.includes('live_subscriptions{transport="sse"} 0'));
  });
  manual.advance(60_000);
  await (await fleet[0])?.query('{ accounts { name } }');
  expect(world.calls().kore).toEqual([]);
});
