import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DAY } from '../../../src/domain/time.ts';
import { type Gateway, NOW, type RawConfig, readQuery, startWorld, type World } from '../../support/world.ts';

interface Total {
  readonly account: { readonly name: string };
  readonly status: string;
  readonly seconds: number;
  readonly from: string;
  readonly to: string;
  readonly complete: boolean;
}
interface TeamData {
  readonly agents: {
    readonly nodes: readonly {
      readonly key: string;
      readonly team: { readonly name: string };
      readonly statusTotals: {
        readonly complete: boolean;
        readonly sources: readonly { readonly account: { readonly name: string }; readonly coveredTo: string | null }[];
        readonly nodes: readonly Total[];
      } | null;
      readonly timeInStatus: readonly Total[];
    }[];
  };
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** One team of all agents, of whom the query asks for forty. */
function withOneTeam(raw: RawConfig): RawConfig {
  return {
    ...raw,
    teams: [{ id: 'everyone', name: 'Everyone' }],
    agents: raw.agents.map((agent) => ({ ...agent, team: 'everyone' })),
    // Its calls are none of the week's.
    accounts: raw.accounts.map((account) =>
      /^(kore-main|lp)$/.test(account.name) ? { ...account, discover: false } : account,
    ),
  };
}

const query = readQuery(import.meta.dirname);
const timeInStatus = query
  .replace(/statusTotals[^]*\}\n/, 'timeInStatus(during: $during, accounts: $accounts) { status seconds } }}}')
  .replace(', $interval: ReportInterval', '');
const week = { from: new Date(NOW - 7 * DAY).toISOString(), to: new Date(NOW).toISOString() };
const halfHours = { during: week, interval: 'HALF_HOUR', accounts: null };

/** The vendor calls of a query with an empty cache, and its answer. */
async function runCold(document: string, variables: object) {
  const gateway = await world.startGateway(withOneTeam);
  world.calls();
  const { data, errors } = await gateway.query<TeamData>(document, { ...variables });
  const calls = world.calls();
  await gateway.stop();
  return { nodes: data.agents.nodes, errors, calls };
}

describe('the week of forty agents by half-hour', () => {
  let run: Awaited<ReturnType<typeof runCold>>;
  beforeAll(async () => {
    run = await runCold(query, halfHours);
  });

  test('takes the vendor calls that its cells need', () => {
    const { nodes, errors, calls } = run;
    expect(errors).toBeUndefined();
    expect(nodes).toHaveLength(40);
    expect(nodes[0]?.team).toEqual({ name: 'Everyone' });
    // Eight UTC days of up to fifty agents.
    expect(calls.kore).toHaveLength(1);
    const files = calls.liveperson.filter((call) => call.includes('/agentActivity/'));
    expect(new Set(files).size).toBe(files.length);
    // The whole hours around a week are longer than the week that one list may cover.
    expect(calls.liveperson.length - files.length).toBe(2);
    expect({ ...calls, kore: [], liveperson: [] }).toEqual({ avaamo: [], kore: [], liveperson: [], vonage: [] });
  });

  test('adds up to the time in status', async () => {
    const variables = { during: week, accounts: ['kore-main'] };
    const { nodes } = await runCold(query, { ...variables, interval: 'HALF_HOUR' });
    const whole = await runCold(timeInStatus, variables);
    expect(whole.errors).toBeUndefined();
    const sums = nodes.map(({ key, statusTotals }) => {
      const byStatus = Map.groupBy(statusTotals?.nodes ?? [], ({ status }) => status);
      return [
        key,
        [...byStatus]
          .map(([status, totals]) => [status, totals.reduce((sum, { seconds }) => sum + seconds, 0)])
          .toSorted(),
      ];
    });
    const expected = whole.nodes.map(({ key, timeInStatus: totals }) => [
      key,
      ((totals as readonly Total[] | null) ?? [])
        .filter(({ seconds }) => seconds > 0)
        .map(({ status, seconds }) => [status, seconds])
        .toSorted(),
    ]);
    expect(sums).toEqual(expected);
    expect(nodes.flatMap(({ statusTotals }) => statusTotals?.nodes ?? []).length).toBeGreaterThan(1000);
  });

  test('is complete per account: Kore to the present, LivePerson up to what is written', () => {
    const { nodes } = run;
    const coveredTo =
      nodes.flatMap(({ statusTotals }) => statusTotals?.sources ?? []).find(({ account }) => account.name === 'lp')
        ?.coveredTo ?? '';
    const totals = nodes.flatMap(({ statusTotals }) => statusTotals?.nodes ?? []);
    expect(totals.filter(({ account, complete }) => account.name === 'kore-main' && !complete)).toEqual([]);
    const ofLivePerson = totals.filter(({ account }) => account.name === 'lp');
    expect(ofLivePerson.filter(({ to, complete }) => complete !== to <= coveredTo)).toEqual([]);
    expect(new Set(ofLivePerson.map(({ complete }) => complete))).toEqual(new Set([true, false]));
  });

  test('is limited like any other query: by vendor calls before the first one, and by the objects of the answer', async () => {
    const fewCalls = await world.startGateway((raw) => ({ ...withOneTeam(raw), limits: { maxVendorCalls: 2 } }));
    world.calls();
    const rejected = await fewCalls.query(query, halfHours);
    expect(rejected.errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'vendor_calls' } }]);
    expect(Object.values(world.calls()).flat()).toEqual([]);
    const fewObjects = await world.startGateway((raw) => ({
      ...withOneTeam(raw),
      limits: { maxResponseObjects: 5000 },
    }));
    const tooLarge = await fewObjects.query(query, { ...halfHours, accounts: ['kore-main'] });
    expect(tooLarge.errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'response_objects' } }]);
    const fewItems = await world.startGateway((raw) => ({
      ...withOneTeam(raw),
      limits: { maxEstimatedItems: 130_000 },
    }));
    const estimated = await fewItems.query(query, halfHours);
    expect(estimated.errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'estimated_items' } }]);
  });

  test('names statusTotals in the error of a total that LivePerson has not written yet', async () => {
    const gateway: Gateway = await world.startGateway(withOneTeam);
    const { errors } = await gateway.query(timeInStatus, { during: week, accounts: ['lp'] });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('statusTotals'),
      extensions: { reason: 'not_yet_written', retryable: true },
    });
  });
});
