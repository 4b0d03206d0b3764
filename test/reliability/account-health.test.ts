/** @needs redis-server */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toPatientClock } from '../support/cache-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

const clock = steppedClock(NOW);
let redis: RedisServer;
let world: World;
beforeAll(async () => {
  redis = await startRedisServer();
  world = await startWorld(toPatientClock(clock));
});
afterAll(async () => {
  await world.stop();
  await redis.kill();
});

interface Health {
  readonly name: string;
  readonly state: string;
  readonly lastError: string | null;
}

function onRedis(raw: RawConfig): RawConfig {
  return {
    ...raw,
    cache: { url: redis.url, ttl: { statusLive: 1 }, staleIfErrorSeconds: 0 },
    accounts: raw.accounts.map((account) => ({
      ...account,
      maxRetries: 0,
      ...(/kore|lp/.test(account.name) && { discover: false }),
    })),
  };
}

async function healthAt(gateway: Gateway): Promise<Readonly<Record<string, Omit<Health, 'name'>>>> {
  const { data } = await gateway.query<{ accounts: readonly Health[] }>('{ accounts { name state lastError } }');
  return Object.fromEntries(data.accounts.map(({ name, ...health }) => [name, health]));
}

async function readAgents(gateway: Gateway, vendor: string, fields: string): Promise<void> {
  await gateway.query(`{ agents(filter: { vendor: ${vendor} }, first: 5) { nodes { ${fields} } } }`);
}

test('two gateways that share a Redis report the same health, whichever of them calls the vendor', async () => {
  const [first, second] = [await world.startGateway(onRedis), await world.startGateway(onRedis)];
  const both = async () => [await healthAt(first), await healthAt(second)];
  const down = { state: 'DOWN', lastError: 'The vendor is unavailable (reset)' };
  const unknown = { state: 'UNKNOWN', lastError: null };
  const ok = { state: 'OK', lastError: null };

  await readAgents(first, 'VONAGE', 'latestInteractions { totalCount }');
  world.vendors.kore.injectFault({ kind: 'down' });
  await readAgents(second, 'KORE', 'presence { observedAt }');
  const expected = { bots: unknown, 'kore-main': down, lp: unknown, vcc: ok, 'vcc-legacy': ok };
  expect(await both()).toEqual([expected, expected]);

  world.vendors.kore.clearFaults();
  clock.advance(10_000);
  await readAgents(first, 'KORE', 'presence { observedAt }');
  const recovering = { ...expected, 'kore-main': { ...down, state: 'DEGRADED' } };
  expect(await both()).toEqual([recovering, recovering]);
});
