/** @needs redis-server */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createCompany } from '../../src/sandbox/company.ts';
import type { Company, CompanyPerson } from '../../src/vendors/sandbox.ts';
import { toPatientClock, toSociableClock, waitUntil } from '../support/cache-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { countOccurrences, type Gateway, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

/** Kore lists 50 agents a page. */
const KORE_PAGES = 10;
const KORE_AGENTS = KORE_PAGES * 50;

let redis: RedisServer;
let world: World;
beforeEach(async () => {
  redis = await startRedisServer();
  const clock = toSociableClock(toPatientClock(steppedClock(NOW)));
  world = await startWorld(clock, createCompanyOf(KORE_AGENTS, createCompany(clock)));
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

/** Adds people without shifts to a company until Kore lists this number of agents. */
function createCompanyOf(koreAgents: number, company: Company): Company {
  const listed = company.people.filter(({ refsByVendor }) => refsByVendor.kore !== undefined).length;
  const added = Array.from({ length: koreAgents - listed }, (_, n): CompanyPerson => {
    const email = `agent-${n}@harbourline.example`;
    return { firstName: 'Agent', lastName: `Number ${n}`, email, employeeId: `N${n}`, refsByVendor: { kore: email } };
  });
  const known = new Set(company.people);
  return {
    ...company,
    people: [...company.people, ...added],
    shifts: (person, from, to) => (known.has(person) ? company.shifts(person, from, to) : []),
  };
}

/** Few LivePerson files: a process that is busy with many for longer than its leases last would lose them. */
function withFewFiles(raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.map((account) => ({ ...account, ...(account.name === 'lp' && { discoverHours: 6 }) })),
  };
}

function onRedis(raw: RawConfig): RawConfig {
  return { ...withFewFiles(raw), cache: { url: redis.url } };
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

test('discovers ten pages once for three gateways that start together', async () => {
  const single = await world.startGateway(withFewFiles);
  const expected = await discover(single);
  const cost = world.calls();
  expect(expected.totalCount).toBeGreaterThanOrEqual(KORE_AGENTS);
  expect(cost.kore).toHaveLength(KORE_PAGES);
  const gateways = await Promise.all([1, 2, 3].map(() => world.startGateway(onRedis)));
  await waitUntil(async () => (await redis.command('ZCARD', 'switchboard:4:fleet::processes')) === ':3\r\n');
  for (const agents of await Promise.all(gateways.map(discover))) expect(agents.nodes).toEqual(expected.nodes);
  const calls = world.calls();
  expect(calls.kore).toHaveLength(KORE_PAGES);
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
