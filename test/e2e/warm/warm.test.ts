import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../support/cache-harness.ts';
import { type ManualClock, timedClock } from '../../support/clock.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../../support/world.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const REPORT = `query ($during: TimeRange!) { agents(first: 10, filter: { account: "kore-main" }) { nodes {
  statusPeriods(during: $during, accounts: ["kore-main"]) { totalCount complete } } } }`;

let clock: ManualClock;
let world: World;
let gateway: Gateway;
beforeEach(async () => {
  clock = timedClock(NOW);
  world = await startWorld(clock);
});
afterEach(() => world.stop());

/** Yesterday's report at ten each day. */
function withReport(entry: object = {}) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...(/kore|lp/.test(account.name) && { discover: false }),
    })),
    warm: [
      {
        cron: '0 10 * * *',
        document: REPORT,
        variables: { during: { from: '$startOfYesterday', to: '$startOfToday' } },
        ...entry,
      },
    ],
  });
}

function lines(message: string) {
  return gateway
    .logs()
    .split('\n')
    .filter((line) => line.includes(`"${message}"`))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** Advances minute by minute, as the timers of a schedule are set, until the runs have ended. */
async function passUntilRun(ms: number, message: string, count: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += MINUTE) clock.advance(MINUTE);
  await waitUntil(() => lines(message).length === count);
}

function postsToKore(): number {
  return world.calls().kore.filter((call) => call.startsWith('POST') && !call.includes('token')).length;
}

function askReport(day: string) {
  const during = { from: `${day}T00:00:00Z`, to: new Date(Date.parse(day) + DAY).toISOString() };
  return gateway.query(REPORT, { during });
}

test('brings a report into the cache at its times, and renews what would expire before the next', async () => {
  gateway = await world.startGateway(withReport());
  await passUntilRun(29 * MINUTE, 'cache warmed', 0);
  expect(postsToKore()).toBe(0);
  await passUntilRun(MINUTE, 'cache warmed', 1);
  expect(lines('cache warmed')).toEqual([
    expect.objectContaining({ entry: 'warm[0]', document: null, outcome: 'complete', vendorCalls: { 'kore-main': 1 } }),
  ]);
  expect(postsToKore()).toBe(1);
  await askReport('2026-11-19');
  expect(postsToKore()).toBe(0);
  await passUntilRun(DAY, 'cache warmed', 2);
  expect(postsToKore()).toBe(1);
  await askReport('2026-11-20');
  expect(postsToKore()).toBe(0);
  expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain(
    'switchboard_warm_runs_total{outcome="complete"} 2',
  );
});

test('reads no more accounts than the entry names, and reports a run that fails', async () => {
  const document = '{ agents(first: 200) { nodes { latestInteractions { totalCount } } } }';
  gateway = await world.startGateway((raw) => ({
    ...withReport()(raw),
    limits: { maxVendorCalls: 1 },
    warm: [
      { cron: '0 10 * * *', document, accounts: ['bots'] },
      { cron: '0 10 * * *', document },
    ],
  }));
  await passUntilRun(30 * MINUTE, 'cache warmed in part or not at all', 1);
  expect(lines('cache warmed')).toEqual([expect.objectContaining({ entry: 'warm[0]', vendorCalls: {} })]);
  expect(lines('cache warmed in part or not at all')).toEqual([
    expect.objectContaining({ entry: 'warm[1]', outcome: 'failed', errors: ['QUERY_TOO_COMPLEX'] }),
  ]);
  expect(postsToKore()).toBe(0);
});
