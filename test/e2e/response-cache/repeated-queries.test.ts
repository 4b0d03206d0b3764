import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { steppedClock } from '../../support/clock.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../../support/world.ts';

const clock = steppedClock(NOW);
let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());

const CALLERS = { wallboard: null, planner: null, 'only-kore': ['kore-main'] } as const;

function keyOf(name: string) {
  return `a-key-for-${name}-that-is-long-enough`;
}
function withCallers(raw: RawConfig): RawConfig {
  return {
    ...raw,
    performance: { responseCacheBytes: 10_000_000 },
    auth: {
      apiKeys: Object.entries(CALLERS).map(([name, accounts]) => ({
        name,
        sha256: createHash('sha256').update(keyOf(name)).digest('hex'),
        ...(accounts && { accounts }),
        scopes: ['read'],
      })),
    },
  };
}

const WALLBOARD = '{ agents(first: 200) { nodes { name presence { observedAt status { status start } } } } }';

async function ask(gateway: Gateway, caller: keyof typeof CALLERS, query = WALLBOARD) {
  const { headers, data } = await gateway.query(query, {}, { authorization: `Bearer ${keyOf(caller)}` });
  const maxAge = Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1]);
  return { data, maxAge, cacheStatus: headers.get('cache-status') };
}

test('a query that calls vendors, or is repeated, is stored until its data can change, and shared by the callers who may see the same', async () => {
  const gateway = await world.startGateway(withCallers);
  const first = await ask(gateway, 'wallboard');
  expect(first).toMatchObject({ maxAge: 15, cacheStatus: 'switchboard; fwd=miss; stored' });
  world.calls();
  clock.advance(5000);
  const planner = await ask(gateway, 'planner');
  expect(planner).toEqual({ data: first.data, maxAge: 10, cacheStatus: 'switchboard; hit; ttl=10' });
  const restricted = await ask(gateway, 'only-kore');
  expect(restricted.cacheStatus).toBe('switchboard; fwd=miss');
  expect(restricted.data).not.toEqual(first.data);
  const again = await ask(gateway, 'only-kore');
  expect(again).toEqual({ ...restricted, cacheStatus: 'switchboard; fwd=miss; stored' });
  expect(await ask(gateway, 'only-kore')).toEqual({ ...restricted, cacheStatus: 'switchboard; hit; ttl=10' });
  expect(Object.values(world.calls()).flat()).toEqual([]);
  await gateway.stop();
});

test('once its data may be revalidated, every query is executed until the new data is there', async () => {
  const gateway = await world.startGateway(withCallers);
  await ask(gateway, 'wallboard');
  clock.advance(15_000);
  const revalidating = await ask(gateway, 'wallboard');
  expect(revalidating).toMatchObject({ maxAge: 1, cacheStatus: 'switchboard; fwd=miss' });
  let next = await ask(gateway, 'wallboard');
  while (next.maxAge === 1) next = await ask(gateway, 'wallboard');
  expect(next.data).not.toEqual(revalidating.data);
  expect((await ask(gateway, 'wallboard')).cacheStatus).toMatch(/hit/);
  await gateway.stop();
});

test('a response says VENDOR only where this query has called it', async () => {
  const query = '{ agents(first: 200) { nodes { presence { sources { servedFrom } } } } }';
  const gateway = await world.startGateway(withCallers);
  const answers = [];
  for (let each = 0; each < 3; each += 1) answers.push(await ask(gateway, 'wallboard', query));
  expect(answers.map(({ cacheStatus }) => cacheStatus)).toEqual([
    'switchboard; fwd=miss',
    'switchboard; fwd=miss; stored',
    expect.stringContaining('hit'),
  ]);
  expect(JSON.stringify(answers[0]?.data)).toContain('"VENDOR"');
  expect(JSON.stringify(answers[1]?.data)).not.toContain('"VENDOR"');
  expect(answers[2]?.data).toEqual(answers[1]?.data);
  await gateway.stop();
});
