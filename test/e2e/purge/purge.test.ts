import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { steppedClock } from '../../support/clock.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../../support/world.ts';

const clock = steppedClock(NOW);
let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());
beforeEach(async () => {
  gateway = await world.startGateway(withoutDiscovery);
});
afterEach(() => gateway.stop());

/** All calls belong to the queries then. */
function withoutDiscovery(raw: RawConfig): RawConfig {
  const accounts = raw.accounts.map((account) => ({
    ...account,
    ...(/kore|lp/.test(account.name) && { discover: false }),
  }));
  return { ...raw, accounts };
}

const during = { from: '2026-11-18T00:00:00Z', to: '2026-11-20T00:00:00Z' };
const days = { from: '2026-11-18', to: '2026-11-19' };
const STATUSES = `query ($during: TimeRange!) { agents(first: 10, filter: { account: "kore-main" }) { nodes {
  key email statusPeriods(during: $during, accounts: ["kore-main"]) { complete nodes { start } } } } }`;
const EVERYTHING = `query ($during: TimeRange!, $days: DateRange!) { agents(first: 1000) { nodes {
  statusPeriods(during: $during) { totalCount } latestInteractions { totalCount } usageStats(during: $days) { current { messagesCount } } } } }`;

interface Statuses {
  readonly agents: { readonly nodes: readonly { readonly key: string; readonly email: string }[] };
}

async function purge(body: unknown, headers: Readonly<Record<string, string>> = {}, from = gateway) {
  const response = await fetch(`${from.url}/admin/purge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  // What is asked after a purge is asked later.
  clock.advance(1);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function total(): number {
  return Object.values(world.calls()).flat().length;
}

async function askStatuses() {
  const { data, errors } = await gateway.query<Statuses>(STATUSES, { during });
  expect(errors).toBeUndefined();
  return data.agents.nodes;
}

/** Which of the cells of ten agents and two days the vendor brings, and which are cached. */
async function traceStatuses() {
  const { extensions } = await gateway.query(STATUSES, { during }, { 'switchboard-explain': 'trace' });
  return extensions?.switchboard?.vendorCalls?.map(({ servedFrom, keys }) => [servedFrom, keys]);
}

describe('a purge of one agent and day', () => {
  test('makes exactly the call that brings this day again, and leaves the other days and agents', async () => {
    const [jane] = await askStatuses();
    world.calls();
    await askStatuses();
    expect(total()).toBe(0);
    const answer = await purge({ account: 'kore-main', agent: jane?.key, from: '2026-11-19', to: '2026-11-19' });
    expect(answer).toEqual({
      status: 200,
      body: {
        purgedAt: new Date(clock.now() - 1).toISOString(),
        accounts: [
          { account: 'kore-main', agentKnown: true, endpoints: [{ endpoint: 'agentstatusdetails', entries: 1 }] },
        ],
        // Without stored responses there is none to drop.
        responses: process.env.OPTIMISATIONS === 'off' ? 0 : 1,
        fleet: { processes: 1, heard: 1, complete: true },
      },
    });
    expect((await traceStatuses())?.toSorted()).toEqual([
      ['CACHE', 19],
      ['VENDOR', 1],
    ]);
    expect(total()).toBe(1);
    await askStatuses();
    expect(total()).toBe(0);
  });

  test.each(['key', 'id', 'email', 'upper-case email'])('finds the agent by %s', async (kind) => {
    const query = `{ agents(first: 1, filter: { account: "kore-main" }) { nodes { id key email } } }`;
    const { data } = await gateway.query<{ agents: { nodes: readonly Record<string, string>[] } }>(query);
    const [agent = {}] = data.agents.nodes;
    await askStatuses();
    const name = kind === 'upper-case email' ? agent.email?.toUpperCase() : agent[kind];
    const { body } = await purge({ account: 'kore-main', agent: name });
    expect(body.accounts).toEqual([
      { account: 'kore-main', agentKnown: true, endpoints: [{ endpoint: 'agentstatusdetails', entries: 2 }] },
    ]);
  });

  test('drops nothing of another agent, and says whether there is one', async () => {
    const [jane] = await askStatuses();
    world.calls();
    const { status, body } = await purge({ account: 'kore-main', agent: 'absent@example.com' });
    expect([status, body.accounts]).toEqual([200, [{ account: 'kore-main', agentKnown: false, endpoints: [] }]]);
    const { body: known } = await purge({
      account: 'kore-main',
      agent: jane?.key,
      from: '2026-01-01',
      to: '2026-01-01',
    });
    expect(known.accounts).toEqual([{ account: 'kore-main', agentKnown: true, endpoints: [] }]);
    await askStatuses();
    expect(total()).toBe(0);
  });
});

test('a purge of all accounts makes every call again', async () => {
  const ask = () => gateway.query(EVERYTHING, { during, days });
  await ask();
  const cold = world.calls();
  await ask();
  expect(total()).toBe(0);
  const { body } = await purge({ all: true });
  const accounts = body.accounts as readonly { account: string; endpoints: readonly { endpoint: string }[] }[];
  expect(accounts.map(({ account, endpoints }) => [account, endpoints.map(({ endpoint }) => endpoint)])).toEqual([
    ['bots', ['usage.json']],
    ['kore-main', ['agentstatusdetails']],
    ['lp', ['agentActivity', 'agentActivity/file']],
    ['vcc', ['latestInteractions']],
    ['vcc-legacy', ['latestInteractions']],
  ]);
  await ask();
  const again = world.calls();
  for (const [vendor, calls] of Object.entries(cold)) {
    const withoutTokens = calls.filter((call) => !/token/i.test(call)).toSorted();
    expect([vendor, again[vendor as keyof typeof again].toSorted()]).toEqual([vendor, withoutTokens]);
  }
});

test('a purge of a day of LivePerson drops the lists and files that may have it, and no others', async () => {
  const query = `query ($during: TimeRange!) { agents(first: 3, filter: { account: "lp" }) { nodes { sessions(during: $during) { totalCount } } } }`;
  const ask = (day: number) =>
    gateway.query(query, {
      during: { from: new Date(day).toISOString(), to: new Date(day + 3_600_000).toISOString() },
    });
  const [early, late] = [Date.parse('2026-11-05T10:00:00Z'), Date.parse('2026-11-12T10:00:00Z')];
  await ask(early);
  const ofEarly = world.calls().liveperson.toSorted();
  await ask(late);
  world.calls();
  await purge({ account: 'lp', from: '2026-11-05T10:00:00Z', to: '2026-11-05T11:00:00Z' });
  await ask(late);
  expect(total()).toBe(0);
  await ask(early);
  expect(world.calls().liveperson.toSorted()).toEqual(ofEarly);
});

describe('who may purge', () => {
  const callers: Readonly<Record<string, object>> = {
    operator: { scopes: ['admin', 'metrics'] },
    'operator-of-bots': { scopes: ['admin'], accounts: ['bots'] },
    reader: {},
  };
  const toDigest = (key: string) => createHash('sha256').update(key).digest('hex');
  const withAuth = (raw: RawConfig): RawConfig => ({
    ...withoutDiscovery(raw),
    auth: { apiKeys: Object.entries(callers).map(([name, rest]) => ({ name, sha256: toDigest(name), ...rest })) },
  });
  const as = (name: string) => ({ authorization: `Bearer ${name}` });

  test('refuses callers without the scope, and accounts that a caller may not use', async () => {
    const own = await world.startGateway(withAuth);
    const body = { account: 'kore-main' };
    expect((await purge(body, {}, own)).status).toBe(401);
    expect(await purge(body, as('reader'), own)).toEqual({
      status: 403,
      body: { errors: [{ message: 'Missing scope "admin".', extensions: { code: 'FORBIDDEN' } }] },
    });
    expect((await purge(body, as('operator'), own)).status).toBe(200);
    expect((await purge(body, as('operator-of-bots'), own)).body.errors).toEqual([
      {
        message: 'account: is not an account that you may use: kore-main',
        extensions: { code: 'BAD_USER_INPUT', key: 'account' },
      },
    ]);
    const { body: ofBots } = await purge({ all: true }, as('operator-of-bots'), own);
    expect(ofBots.accounts).toEqual([{ account: 'bots', endpoints: [] }]);
    expect(ofBots).not.toHaveProperty('responses');
    const logged = own
      .logs()
      .split('\n')
      .filter((line) => line.includes('"cache purged"'));
    expect(logged.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ caller: 'operator', accounts: ['kore-main'], ofOneAgent: false, entries: 0 }),
      expect.objectContaining({ caller: 'operator-of-bots', accounts: ['bots'], ofOneAgent: false, entries: 0 }),
    ]);
    const metrics = await (await fetch(`${own.url}/metrics`, { headers: as('operator') })).text();
    expect(metrics).toContain('switchboard_purges_total{account="kore-main",source="request"} 1');
    await own.stop();
  });
});

describe('a request that is refused', () => {
  test('reports every problem of its body', async () => {
    const { status, body } = await purge({ accounts: 'lp', agent: '', from: 'yesterday', to: 7 });
    expect([status, body.errors]).toEqual([
      400,
      [
        { message: 'agent: must not be empty', extensions: { code: 'BAD_USER_INPUT', key: 'agent' } },
        {
          message:
            'from: must be an instant like 2026-11-20T09:30:00Z, with an offset or Z, or a day like 2026-11-20: yesterday',
          extensions: { code: 'BAD_USER_INPUT', key: 'from' },
        },
        { message: 'to: must be text; put it in quotes', extensions: { code: 'BAD_USER_INPUT', key: 'to' } },
        {
          message: 'accounts: is not a known key; did you mean account?',
          extensions: { code: 'BAD_USER_INPUT', key: 'accounts' },
        },
      ],
    ]);
  });

  test('has another method, media type or host', async () => {
    const url = `${gateway.url}/admin/purge`;
    const get = await fetch(url);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const form = await fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"all":true}' });
    expect(form.status).toBe(415);
    expect((await purge('{')).status).toBe(400);
    expect(
      (await purge({ all: true }, { 'x-filler': 'a'.repeat(200_000) }).catch(() => ({ status: 431 }))).status,
    ).toBe(431);
  });
});
