/** @needs redis-server */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { toPatientClock, toSociableClock, waitUntil } from '../support/cache-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type Gateway, NOW, startWorld, type World } from '../support/world.ts';

let redis: RedisServer;
let world: World;
beforeEach(async () => {
  redis = await startRedisServer();
  world = await startWorld(toSociableClock(toPatientClock(steppedClock(NOW))));
});
afterEach(async () => {
  await world.stop();
  await redis.kill();
});

function startGateway(account: object): Promise<Gateway> {
  return world.startGateway((raw) => ({
    ...raw,
    cache: { url: redis.url },
    accounts: raw.accounts
      .filter(({ name }) => name === 'vcc')
      .map((entry) => ({ ...entry, maxRetries: 0, ...account })),
    agents: raw.agents.flatMap((agent) =>
      agent.accounts.vcc === undefined ? [] : [{ ...agent, accounts: { vcc: agent.accounts.vcc } }],
    ),
  }));
}

async function askInteractions(gateway: Gateway, size: number) {
  const { errors = [] } = await gateway.query(
    `{ agents(first: 100) { nodes { latestInteractions(size: ${size}) { totalCount } } } }`,
  );
  return errors.map(({ extensions }) => extensions);
}

/** Returns and clears the number of calls, without those for tokens. */
function countCalls(): number {
  return world.calls().vonage.filter((call) => call.includes('latestInteractions')).length;
}

/** The time of Redis, and that of the longest past last announcement among `size` processes; -1 with fewer. */
async function readFleet(size: number): Promise<{ readonly now: number; readonly earliest: number }> {
  const script = `local key = redis.call('KEYS', '*:fleet::*')[1]
    local time = redis.call('TIME')
    local scores = key and redis.call('ZCARD', key) == ${size} and redis.call('ZRANGE', key, 0, 0, 'WITHSCORES') or {}
    return string.format('%.0f ', time[1] * 1000 + math.floor(time[2] / 1000)) .. (scores[2] or '-1')`;
  const [now = 0, earliest = -1] =
    (await redis.command('EVAL', script, '0'))
      .match(/-?\d+(?=[ \r])/g)
      ?.slice(-2)
      .map(Number) ?? [];
  return { now, earliest };
}

/** Waits until each process has received the size of the fleet. A process announces itself again only after a reply. */
async function waitUntilFleetIsKnown(size: number): Promise<void> {
  let after = 0;
  for (let announcements = 0; announcements < 3; announcements += 1) {
    await waitUntil(async () => (await readFleet(size)).earliest > after);
    after = (await readFleet(size)).now;
  }
}

describe('a rate limit with Retry-After in one gateway', () => {
  const limited = () => {
    world.vendors.vonage.injectFault({ path: 'latestInteractions', retryAfter: 60, times: 1 });
  };

  test('holds back the calls of the other gateways, and shows in their metrics', async () => {
    const [first, second] = [await startGateway({ concurrency: 1 }), await startGateway({ concurrency: 1 })];
    limited();
    await askInteractions(first, 1);
    expect(countCalls()).toBe(1);
    await waitUntil(async () => (await redis.command('KEYS', '*:gate::*')).includes('gate'));

    const errors = await askInteractions(second, 2);
    expect(countCalls()).toBe(0);
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED', reason: 'rate_gate' });
    const metrics = await (await fetch(`${second.url}/metrics`)).text();
    expect(metrics).toMatch(/switchboard_retry_after_gate_timestamp_seconds\{account="vcc"\} \d/);
  });

  test('holds back the calls of that gateway only while Redis is unavailable', async () => {
    const [first, second] = [await startGateway({ concurrency: 1 }), await startGateway({ concurrency: 1 })];
    await redis.kill();
    limited();
    await askInteractions(first, 1);
    expect(countCalls()).toBe(1);
    await askInteractions(first, 2);
    expect(countCalls()).toBe(0);
    expect(await askInteractions(second, 2)).toEqual([]);
    expect(countCalls()).toBeGreaterThan(1);
  });
});

test('divides the quota by the last known number of gateways while Redis is unavailable', async () => {
  const gateways = [await startGateway({ requestsPerMinute: 6 }), await startGateway({ requestsPerMinute: 6 })];
  await waitUntilFleetIsKnown(2);
  await redis.kill();
  for (const size of [1, 2]) {
    for (const [index, gateway] of gateways.entries()) await askInteractions(gateway, size + 10 * index);
  }
  // A token request counts, too.
  expect(world.calls().vonage).toHaveLength(6);
});

test('makes no call after the circuit has opened, neither of those that wait nor of later queries', async () => {
  const gateway = await startGateway({ concurrency: 1, requestsPerMinute: 100 });
  world.vendors.vonage.injectFault({ path: 'latestInteractions', status: 503 });
  const errors = await askInteractions(gateway, 1);
  expect(errors.filter(({ reason }) => reason === 'status_503')).toHaveLength(5);
  expect(errors.filter(({ reason }) => reason === 'circuit_open')).toHaveLength(errors.length - 5);
  expect(errors.length).toBeGreaterThan(10);
  expect(countCalls()).toBe(5);
  await askInteractions(gateway, 2);
  expect(countCalls()).toBe(0);
});
