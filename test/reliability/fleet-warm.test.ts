/** @needs redis-server */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { toPatientClock, waitUntil } from '../support/cache-harness.ts';
import { type ManualClock, timedClock } from '../support/clock.ts';
import { createGate, type Gate } from '../support/gate.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type Gateway, type RawConfig, startWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;
/** The run of this day is cut off before midnight, and made after it. */
const SHORTLY_BEFORE = Date.parse('2026-11-20T23:56:00Z');
const DAY_OF_RUN = { from: '2026-11-19T00:00:00Z', to: '2026-11-20T00:00:00Z' };
const REPORT = `query ($during: TimeRange!) { agents(first: 10, filter: { account: "kore-main" }) { nodes {
  statusPeriods(during: $during, accounts: ["kore-main"]) { totalCount } } } }`;

let clock: ManualClock;
let redis: RedisServer;
let world: World;
let gate: Gate;
beforeEach(async () => {
  clock = timedClock(SHORTLY_BEFORE);
  redis = await startRedisServer();
  world = await startWorld(toPatientClock(clock));
  gate = await createGate(world.vendors.kore.url);
});
afterEach(async () => {
  await world.stop();
  await gate.close();
  await redis.kill();
});

/** The report of the day before at 23:59, through the gate for those that are held. */
function withReport(isHeld: boolean) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    cache: { url: redis.url },
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...(/kore|lp/.test(account.name) && { discover: false }),
      ...(account.name === 'kore-main' && isHeld && { baseUrl: gate.url }),
    })),
    warm: [
      {
        cron: '59 23 * * *',
        document: REPORT,
        variables: { during: { from: '$startOfYesterday', to: '$startOfToday' } },
      },
    ],
  });
}

/** Advances minute by minute, and lets what is sent in this process arrive, until the log has the message. */
async function passUntilLogged(gateway: Gateway, message: string): Promise<void> {
  await waitUntil(async () => {
    if (gateway.logs().includes(`"${message}"`)) return true;
    clock.advance(MINUTE);
    for (let i = 0; i < 20; i += 1) await fetch(`${gateway.url}/healthz`);
    return false;
  });
}

function postsToKore(): number {
  return world.calls().kore.filter((call) => call.startsWith('POST') && !call.includes('token')).length;
}

/** A run is claimed only once Redis is connected. */
async function startConnected(change: (raw: RawConfig) => RawConfig): Promise<Gateway> {
  const before = await redis.command('HGETALL', HEARD);
  const gateway = await world.startGateway(change);
  await waitUntil(async () => (await redis.command('HGETALL', HEARD)) !== before);
  return gateway;
}
const HEARD = 'switchboard:4:purge::{purges}heard';

async function startHeldRun(): Promise<Gateway> {
  const gateway = await startConnected(withReport(true));
  for (let minute = 0; minute < 3; minute += 1) clock.advance(MINUTE);
  await gate.held();
  return gateway;
}

test('a run that a shutdown cuts off is made by another gateway, for the day of the run', async () => {
  const first = await startHeldRun();
  const second = await startConnected(withReport(false));
  await first.stop();
  expect(first.logs()).toContain('"cache warming cut off"');
  world.calls();
  await passUntilLogged(second, 'cache warmed');
  expect(clock.now()).toBeGreaterThanOrEqual(Date.parse('2026-11-21T00:00:00Z'));
  expect(postsToKore()).toBe(1);
  await second.query(REPORT, { during: DAY_OF_RUN });
  expect(postsToKore()).toBe(0);
});

test('a run that a shutdown cuts off is made by a gateway that starts within 50 minutes, and by none later', async () => {
  const first = await startHeldRun();
  await first.stop();
  clock.advance(49 * MINUTE);
  const second = await startConnected(withReport(false));
  await waitUntil(() => second.logs().includes('"cache warmed"'));
  // It is made now: no further gateway makes it.
  await redis.command('FLUSHALL');
  clock.advance(MINUTE);
  const third = await startConnected(withReport(false));
  for (let minute = 0; minute < 10; minute += 1) clock.advance(MINUTE);
  await third.query('{ accounts { name } }');
  expect(third.logs()).not.toContain('"cache warmed"');
});
