import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countOccurrences, lastHours, readQuery, startWorld, type World } from '../../support/world.ts';

interface AgentsData {
  readonly agents: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly key: string | null;
      readonly name: string;
      readonly kind: 'HUMAN' | 'VIRTUAL';
      readonly currentStatus: { readonly status: string; readonly label: string | null; readonly start: string } | null;
      readonly statusPeriods: { readonly complete: boolean; readonly nodes: readonly object[] } | null;
      readonly sessions: { readonly complete: boolean; readonly nodes: readonly object[] } | null;
      readonly latestInteractions: { readonly nodes: readonly { readonly isActive: boolean }[] } | null;
      readonly usageStats: { readonly current: Readonly<Record<string, number | null>> } | null;
    }[];
  };
  readonly accounts: readonly { readonly name: string; readonly vendor: string; readonly state: string }[];
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('reads all five endpoints with one query, and repeats it without a vendor call', async () => {
  const gateway = await world.startGateway();
  const during = lastHours(24);
  const day = during.from.slice(0, 10);
  const variables = { during, days: { from: day, to: day } };

  const first = await gateway.query<AgentsData>(readQuery(import.meta.dirname), variables);

  expect(first.errors).toBeUndefined();
  const { totalCount, nodes } = first.data.agents;
  expect(totalCount).toBeGreaterThanOrEqual(63);
  expect(nodes).toHaveLength(totalCount);
  expect(nodes.some(({ key }) => key === null)).toBe(true);
  expect(nodes.filter(({ kind }) => kind === 'VIRTUAL').length).toBeGreaterThanOrEqual(3);
  expect(nodes.some(({ currentStatus }) => currentStatus !== null)).toBe(true);
  expect(nodes.some(({ statusPeriods }) => statusPeriods?.complete && statusPeriods.nodes.length > 0)).toBe(true);
  // LivePerson has not written all of the last day yet.
  const sessions = nodes.flatMap((node) => node.sessions ?? []);
  expect(sessions.some((connection) => connection.nodes.length > 0)).toBe(true);
  expect(sessions.every(({ complete }) => !complete)).toBe(true);
  const interactions = nodes.flatMap(({ latestInteractions }) => latestInteractions?.nodes ?? []);
  expect(new Set(interactions.map(({ isActive }) => isActive))).toEqual(new Set([true, false]));
  const usage = nodes.flatMap(({ usageStats }) => (usageStats ? [usageStats.current] : []));
  expect(usage.length).toBeGreaterThanOrEqual(3);
  for (const { messagesCount, successRate, interventionsCount } of usage) {
    expect(messagesCount).toBeGreaterThan(0);
    expect(successRate).toBeGreaterThan(0);
    expect(interventionsCount).toBeGreaterThanOrEqual(0);
  }
  expect(first.data.accounts).toHaveLength(5);

  const { kore, vonage, avaamo, liveperson } = world.calls();
  const people = world.config.agents.filter(({ kind }) => kind === 'human');
  const agentsOn = (account: string) => people.filter(({ accounts }) => accounts[account] !== undefined).length;
  // One for each agent, because Vonage has no batch endpoint, and one for the token of each account.
  expect(vonage).toHaveLength(agentsOn('vcc') + agentsOn('vcc-legacy') + 2);
  expect(countOccurrences(vonage)['POST /Auth/connect/token']).toBe(2);
  // Both endpoints of every bot, since fields of both were selected.
  expect(avaamo).toHaveLength(2 * world.config.agents.filter(({ kind }) => kind === 'virtual').length);
  // The pages of the discovery, and as many again for the statuses of all agents.
  const koreAgents = nodes.filter(({ currentStatus, statusPeriods }) => currentStatus ?? statusPeriods).length;
  expect(kore.length).toBeLessThanOrEqual(2 * Math.ceil(koreAgents / 50));
  // Each file once, for any number of agents.
  const files = liveperson.filter((call) => call.includes('/Agent.'));
  expect(new Set(files).size).toBe(files.length);
  expect(files.length).toBeGreaterThan(0);

  const second = await gateway.query<AgentsData>(readQuery(import.meta.dirname), variables);

  expect(world.calls()).toEqual({ kore: [], vonage: [], avaamo: [], liveperson: [] });
  expect(second.data.agents).toEqual(first.data.agents);
  expect(second.data.accounts.map(({ state }) => state)).toEqual(Array(5).fill('OK'));
});

test('names what to request instead of a total that LivePerson’s files do not cover yet', async () => {
  const gateway = await world.startGateway();
  const person = world.config.agents.find(
    ({ accounts }) => accounts['kore-main'] !== undefined && accounts.lp !== undefined,
  );
  const query = `query ($key: String!, $during: TimeRange!, $accounts: [String!]) {
    agentByKey(key: $key) { timeInStatus(during: $during, accounts: $accounts) { account { name } } } }`;
  const variables = { key: person?.id, during: lastHours(24) };
  const { data, errors = [] } = await gateway.query(query, variables);
  expect(data).toEqual({ agentByKey: { timeInStatus: null } });
  expect(errors).toMatchObject([{ extensions: { account: 'lp', reason: 'not_yet_written', retryable: true } }]);
  expect(errors[0]?.message).toMatch(/request the range later\. statusTotals returns/);
  expect(errors[0]?.message).toMatch(/; accounts: \["kore-main"\] gives the complete totals\.$/);

  const restricted = await gateway.query(query, { ...variables, accounts: ['kore-main'] });
  expect(restricted.errors).toBeUndefined();
});
