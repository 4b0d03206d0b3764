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

function discoveryCalls(calls: ReturnType<World['calls']>) {
  return Object.values(calls)
    .flat()
    .filter((call) => !/token|\.part-/i.test(call))
    .toSorted();
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

test('counts a run as incomplete whose sources are not all OK, whether or not its query selects that', async () => {
  gateway = await world.startGateway(withReport());
  world.vendors.kore.injectFault({ status: 400, body: { message: 'no' } });
  await passUntilRun(30 * MINUTE, 'cache warmed in part or not at all', 1);
  const lacking = { account: 'kore-main', endpoint: 'agentstatusdetails', outcome: 'FAILED', code: 'VENDOR_REJECTED' };
  expect(lines('cache warmed in part or not at all')).toEqual([
    expect.objectContaining({
      outcome: 'incomplete',
      errors: ['VENDOR_REJECTED'],
      sources: [{ ...lacking, reason: 'status_400', count: 10 }],
    }),
  ]);
});

test('asks for discovered agents again at each run; files stay, since they never change', async () => {
  const document = '{ agents(first: 1000) { totalCount } }';
  gateway = await world.startGateway((raw) => ({ ...raw, warm: [{ cron: '0 10 * * *', document }] }));
  await gateway.query(document);
  const first = world.calls();
  await passUntilRun(30 * MINUTE, 'cache warmed', 1);
  expect(discoveryCalls(world.calls())).toEqual(discoveryCalls(first));
  world.vendors.kore.injectFault({ status: 400, body: { message: 'no' } });
  await passUntilRun(DAY, 'cache warmed in part or not at all', 1);
  expect(lines('cache warmed in part or not at all')).toEqual([
    expect.objectContaining({
      outcome: 'incomplete',
      errors: [],
      sources: [expect.objectContaining({ account: 'kore-main', outcome: 'STALE', code: 'VENDOR_REJECTED', count: 1 })],
    }),
  ]);
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
