import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../support/cache-harness.ts';
import { steppedClock, timedClock } from '../../support/clock.ts';
import { OPERATOR, withOperator } from '../../support/operator.ts';
import { type Gateway, NOW, startWorld, type World } from '../../support/world.ts';

const AGENTS = `{ agents(first: 1000) { totalCount complete sources { account { name } outcome fetchedAt error { code } } } }`;
const NO_CACHE = { ...OPERATOR, 'cache-control': 'no-cache' };

interface Agents {
  readonly agents: {
    readonly totalCount: number;
    readonly complete: boolean;
    readonly sources: readonly {
      readonly account: { readonly name: string };
      readonly outcome: string;
      readonly fetchedAt: string;
    }[];
  };
}

const clock = steppedClock(NOW);
let world: World;
let gateway: Gateway;
beforeEach(async () => {
  world = await startWorld(clock);
  gateway = await world.startGateway(withOperator);
});
afterEach(() => world.stop());

async function askAgents(headers: Readonly<Record<string, string>> = OPERATOR) {
  const { data, errors } = await gateway.query<Agents>(AGENTS, {}, headers);
  expect(errors).toBeUndefined();
  return data.agents;
}

/** All calls since the last time but those for tokens. */
function calls() {
  return Object.values(world.calls())
    .flat()
    .filter((call) => !/token/i.test(call))
    .toSorted();
}

describe('discovered agents of a query with Cache-Control: no-cache', () => {
  test('are asked for again, by exactly the calls of the first discovery', async () => {
    await askAgents();
    const first = calls();
    await askAgents();
    expect([first.length > 2, calls()]).toEqual([true, []]);
    clock.advance(1000);
    const { complete } = await askAgents(NO_CACHE);
    expect([complete, calls()]).toEqual([true, first]);
  });

  test('are asked for once where several callers want them at once', async () => {
    await askAgents();
    const first = calls();
    clock.advance(1000);
    await Promise.all([1, 2, 3, 4, 5].map(() => askAgents(NO_CACHE)));
    expect(calls()).toEqual(first);
  });

  test('are then the ones that every caller gets', async () => {
    await askAgents();
    await askAgents();
    clock.advance(1000);
    await askAgents(NO_CACHE);
    calls();
    const { sources } = await askAgents();
    expect(sources.map(({ fetchedAt }) => fetchedAt)).toEqual(sources.map(() => new Date(clock.now()).toISOString()));
    expect(calls()).toEqual([]);
  });

  test('are those of the last discovery where a vendor fails, which the answer says; other callers keep theirs', async () => {
    const before = await askAgents();
    const isKore = ({ account }: Agents['agents']['sources'][number]) => account.name === 'kore-main';
    clock.advance(1000);
    world.vendors.kore.injectFault({ status: 400, body: { message: 'no' } });
    expect(await askAgents(NO_CACHE)).toEqual({
      totalCount: before.totalCount,
      complete: false,
      sources: [
        { ...before.sources.find(isKore), outcome: 'STALE', error: { code: 'VENDOR_REJECTED' } },
        expect.objectContaining({ outcome: 'OK', fetchedAt: new Date(clock.now()).toISOString() }),
      ],
    });
    calls();
    const { complete, totalCount } = await askAgents();
    expect([complete, totalCount, calls()]).toEqual([true, before.totalCount, []]);
  });
});

test('a query that needs no discovery asks for no agents again', async () => {
  const query = '{ agents(first: 1, filter: { account: "bots" }) { totalCount } }';
  await gateway.query(query, {}, OPERATOR);
  calls();
  clock.advance(1000);
  await gateway.query(query, {}, NO_CACHE);
  expect(calls()).toEqual([]);
});

test('discovered agents are asked for again within the quota, for which a caller waits as for any discovery', async () => {
  await world.stop();
  const timed = timedClock(NOW);
  world = await startWorld(timed);
  gateway = await world.startGateway((raw) => ({
    ...withOperator(raw),
    // As many as one discovery takes.
    accounts: raw.accounts.map((account) =>
      account.name === 'kore-main' ? { ...account, requestsPerMinute: 2, discoverTimeoutMs: 10_000 } : account,
    ),
  }));
  const postsToKore = () => calls().filter((call) => call.startsWith('POST /agentassist')).length;
  await askAgents();
  expect(postsToKore()).toBe(2);
  const asking = askAgents(NO_CACHE);
  const state = { isAnswered: false };
  void asking.then(() => (state.isAnswered = true));
  await waitUntil(async () => {
    timed.advance(1000);
    await fetch(`${gateway.url}/healthz`);
    return state.isAnswered;
  });
  const { complete, totalCount } = await asking;
  expect([complete, totalCount > 0, postsToKore()]).toEqual([false, true, 0]);
  // The discovery goes on, and is made once the quota allows it.
  const posts = { count: 0 };
  await waitUntil(async () => {
    timed.advance(1000);
    await fetch(`${gateway.url}/healthz`);
    posts.count += postsToKore();
    return posts.count === 2;
  });
  expect(timed.now() - NOW).toBeGreaterThanOrEqual(60_000);
});
