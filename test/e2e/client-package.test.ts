import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ClientProject, installPackedClient } from '../support/packed-client.ts';
import { type Gateway, startWorld, type World } from '../support/world.ts';

let world: World;
let gateway: Gateway;
let project: ClientProject;

beforeAll(async () => {
  world = await startWorld();
  [gateway, project] = await Promise.all([world.startGateway(), installPackedClient()]);
});

afterAll(async () => {
  project.remove();
  await world.stop();
});

function withClient(lines: string): string {
  return `
    import {
      createClient, AccountsDocument, AgentDayDocument, BotWeekDocument, StatusCountsDocument, TeamWeekDocument, WallboardDocument,
      WallboardLiveDocument,
    } from 'switchboard-client';
    const client = createClient({ url: '${gateway.url}/graphql' });
    const print = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
    ${lines}`;
}

async function printed<T>(lines: string): Promise<T> {
  return JSON.parse(await project.execute(withClient(lines))) as T;
}

const DURING = `{ from: '2026-11-20T00:00:00Z', to: '2026-11-20T09:00:00Z' }`;

describe('the installed package', () => {
  test('answers the questions of its documents', async () => {
    const result = await printed<Readonly<Record<string, unknown>>>(`
      const { data: { agents } } = await client.query(WallboardDocument, { first: 1000 });
      const human = agents.nodes.find(({ kind, presence }) => kind === 'HUMAN' && presence?.status);
      const bot = agents.nodes.find(({ kind }) => kind === 'VIRTUAL');
      const day = await client.query(AgentDayDocument, { id: human.id, during: ${DURING} });
      const week = await client.query(BotWeekDocument, { id: bot.id, during: { from: '2026-11-13', to: '2026-11-19' } });
      const { data: { accounts } } = await client.query(AccountsDocument);
      const { data: { statusCounts, teams } } = await client.query(StatusCountsDocument);
      const [team] = teams;
      const hours = { during: ${DURING}, interval: 'HOUR', timeZone: 'Europe/Berlin' };
      const teamWeek = await client.query(TeamWeekDocument, { teams: [team.id], first: 1000, ...hours });
      print({
        agents: agents.totalCount === agents.nodes.length,
        status: human.presence.status.status,
        periods: day.data.agent.statusPeriods.nodes.length,
        messages: week.data.agent.usageStats.current.messagesCount,
        accounts: accounts.map(({ name }) => name),
        counted: statusCounts.total === agents.totalCount,
        totals: teamWeek.data.agents.nodes.flatMap(({ statusTotals }) => statusTotals?.nodes ?? []).length,
        errors: [day, week, teamWeek].flatMap(({ errors }) => errors),
      });`);
    expect(result).toEqual({
      agents: true,
      status: expect.any(String),
      periods: expect.any(Number),
      messages: expect.any(Number),
      accounts: expect.arrayContaining(['kore-main', 'vcc']),
      counted: true,
      totals: expect.any(Number),
      errors: [],
    });
    expect(result.totals).toBeGreaterThan(0);
    expect(result.periods).toBeGreaterThan(0);
  });

  test('polls at the pace of max-age', async () => {
    const pace = await printed(`
      for await (const { result } of client.poll(WallboardDocument, { first: 1 })) {
        print(result.maxAgeSeconds);
        break;
      }`);
    expect(pace).toBeGreaterThan(0);
  });

  test('watches, and lets the process end when the loop is left', async () => {
    const state = await printed(`
      const documents = { live: WallboardLiveDocument, poll: WallboardDocument };
      for await (const { state, result } of client.watch(documents, { first: 1 })) {
        print({ state, agents: result.data.agents.nodes.length });
        break;
      }`);
    expect(state).toEqual({ state: 'live', agents: 1 });
  });

  test('reports why a request was refused', async () => {
    const refusal = await printed(`
      await client.query(WallboardDocument, { first: 1001 }).catch(({ name, code, status }) => print({ name, code, status }));`);
    expect(refusal).toEqual({ name: 'RequestError', code: 'BAD_USER_INPUT', status: expect.any(Number) });
  });

  test('compiles without further packages, and takes variables as the documents need them', async () => {
    const use = (lines: string) =>
      project.typecheck(`
      import {
        createClient, AccountsDocument, AgentDayDocument, StatusChangesDocument, WallboardDocument, WallboardLiveDocument,
        type AgentStatus,
      } from 'switchboard-client';
      const client = createClient({ url: 'https://switchboard.example.com/graphql' });
      ${lines}`);
    const during = DURING;
    expect(
      await use(`
        const { data } = await client.query(AgentDayDocument, { id: 'x', during: ${during} });
        export const statuses: readonly AgentStatus[] = data.agent?.statusPeriods?.nodes.map(({ status }) => status) ?? [];
        await client.query(AccountsDocument);`),
    ).toBe('');
    expect(
      await use(`
        const documents = { live: WallboardLiveDocument, poll: WallboardDocument };
        for await (const { state, result, error } of client.watch(documents, { filter: { kind: 'HUMAN' } })) {
          const now: 'live' | 'polling' | 'reconnecting' = state;
          if (!result) console.log(now, error?.code);
          else console.log(result.data.agents.nodes.length);
        }
        for await (const { result } of client.subscribe(StatusChangesDocument, {}, { keep: 'all' }))
          console.log(result?.data.statusChanges.current?.status);`),
    ).toBe('');
    expect(await use(`client.watch({ live: WallboardLiveDocument, poll: AccountsDocument });`)).not.toBe('');
    expect(await use(`await client.query(AgentDayDocument);`)).toContain('TS2554');
    expect(await use(`await client.query(AgentDayDocument, { id: 1, during: ${during} });`)).toContain('TS2322');
    expect(await use(`(await client.query(AccountsDocument)).data.account;`)).toContain('TS2551');
  });
});

test('has no dependencies', () => {
  const manifest = JSON.parse(readFileSync('packages/client/package.json', 'utf8')) as object;
  expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
});
