import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { steppedClock } from '../support/clock.ts';
import { createGate } from '../support/gate.ts';
import { lastHours, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld(steppedClock(NOW));
});
afterEach(() => world.stop());

function asItWas(raw: RawConfig): RawConfig {
  return raw;
}

/** The settings of one account. */
function withAccount(name: string, settings: Readonly<Record<string, unknown>>) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    accounts: raw.accounts.map((account) => (account.name === name ? { ...account, ...settings } : account)),
  });
}

function withoutAccount(name: string) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    accounts: raw.accounts.filter((account) => account.name !== name),
    agents: raw.agents.map(({ accounts: { [name]: _removed, ...accounts }, ...agent }) => ({ ...agent, accounts })),
  });
}

const PERIODS = `query ($during: TimeRange!) {
  agents(filter: { account: "kore-main" }) { totalCount nodes { name statusPeriods(during: $during) { nodes { status start } } } }
}`;
const variables = { during: lastHours(24) };

const NOTHING = { avaamo: [], kore: [], liveperson: [], vonage: [] };

describe('an account whose settings are the same', () => {
  test('keeps what is cached, and its discovery, when others change', async () => {
    const gateway = await world.startGateway();
    const before = await gateway.query(PERIODS, variables);
    expect(world.calls().kore.length).toBeGreaterThan(0);
    const { accounts } = await gateway.reconfigure(withoutAccount('bots'));
    expect(accounts).toEqual({ added: [], changed: [], removed: ['bots'] });
    expect((await gateway.query(PERIODS, variables)).data).toEqual(before.data);
    expect(world.calls()).toEqual(NOTHING);
  });

  test('is called no more when nothing has changed, and answers from the directory of now', async () => {
    const gateway = await world.startGateway();
    await gateway.query(PERIODS, variables);
    world.calls();
    const { accounts } = await gateway.reconfigure((raw) => ({
      ...raw,
      agents: raw.agents.map((agent) => ({ ...agent, name: `Renamed ${agent.id}` })),
    }));
    expect(accounts).toEqual({ added: [], changed: [], removed: [] });
    const { data } = await gateway.query<{ agents: { nodes: { name: string }[] } }>(PERIODS, variables);
    expect(data.agents.nodes.filter(({ name }) => name.startsWith('Renamed')).length).toBeGreaterThan(0);
    expect(world.calls()).toEqual(NOTHING);
  });
});

describe('an account whose settings have changed', () => {
  test('is asked again, and answers nothing from what its name stood for before', async () => {
    const gateway = await world.startGateway();
    const before = await gateway.query(PERIODS, variables);
    const calls = world.calls().kore;
    const other = withAccount('kore-main', { baseUrl: world.vendors.kore.url.replace('127.0.0.1', 'localhost') });
    const { accounts } = await gateway.reconfigure(other);
    expect(accounts).toEqual({ added: [], changed: ['kore-main'], removed: [] });
    expect((await gateway.query(PERIODS, variables)).data).toEqual(before.data);
    expect(world.calls().kore.toSorted()).toEqual(calls.toSorted());

    // What was cached before is still right.
    await gateway.reconfigure(asItWas);
    expect((await gateway.query(PERIODS, variables)).data).toEqual(before.data);
    expect(world.calls().kore).toEqual([]);
  });

  test('keeps cached values where it is the same vendor account, called in another way', async () => {
    const gateway = await world.startGateway();
    await gateway.query(PERIODS, variables);
    world.calls();
    const { accounts } = await gateway.reconfigure(withAccount('kore-main', { timeoutMs: 1234 }));
    expect(accounts.changed).toEqual(['kore-main']);
    await gateway.query(PERIODS, variables);
    expect(world.calls()).toEqual(NOTHING);
  });

  test('is answered by the settings of before for a query in flight', async () => {
    const gate = await createGate(world.vendors.kore.url);
    const gateway = await world.startGateway(withAccount('kore-main', { baseUrl: gate.url }));
    const inFlight = gateway.query(PERIODS, variables);
    await gate.held();
    await gateway.reconfigure(withoutAccount('kore-main'));
    expect((await gateway.query<{ accounts: object[] }>('{ accounts { name } }')).data.accounts).not.toContainEqual({
      name: 'kore-main',
    });
    gate.open();
    const { data, errors } = await inFlight;
    expect({ data, errors }).toMatchObject({ data: { agents: { totalCount: expect.any(Number) } } });
    expect(errors).toBeUndefined();
    await gate.close();
  });
});

test('agents of an account that is added are known from the first query on', async () => {
  const gateway = await world.startGateway(withoutAccount('kore-main'));
  const count = '{ agents { totalCount } }';
  const before = await gateway.query<{ agents: { totalCount: number } }>(count);
  world.calls();
  expect((await gateway.reconfigure(asItWas)).accounts.added).toEqual(['kore-main']);
  expect(world.calls().kore.length).toBeGreaterThan(0);
  const after = await gateway.query<{ agents: { totalCount: number } }>(count);
  expect(after.data.agents.totalCount).toBeGreaterThan(before.data.agents.totalCount);
  expect(world.calls().kore).toEqual([]);
});

test('the state of an account that is removed is exported no more', async () => {
  const gateway = await world.startGateway();
  await gateway.query(PERIODS, variables);
  const states = async () =>
    (await (await fetch(`${gateway.url}/metrics`)).text())
      .split('\n')
      .filter(
        (line) =>
          line.includes('account="kore-main"') &&
          /^switchboard_(account_state|discovered|vendor_calls_w|quota)/.test(line),
      );
  expect((await states()).length).toBeGreaterThan(4);
  await gateway.reconfigure(withoutAccount('kore-main'));
  expect(await states()).toEqual([]);
  await gateway.reconfigure(asItWas);
  expect((await states()).length).toBeGreaterThan(3);
});

test('keys that need a restart keep their values, and are named', async () => {
  const gateway = await world.startGateway();
  const change = (raw: RawConfig): RawConfig => ({ ...raw, server: { workers: 3 }, cache: { maxBytes: 2_000_000 } });
  expect((await gateway.reconfigure(change)).needsRestart).toEqual(['server.workers', 'cache.maxBytes']);
  expect((await gateway.reconfigure(change)).needsRestart).toEqual(['server.workers', 'cache.maxBytes']);
  expect((await gateway.reconfigure(asItWas)).needsRestart).toEqual([]);
});
