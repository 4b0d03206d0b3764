import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitUntil } from '../support/cache-harness.ts';
import { timedClock } from '../support/clock.ts';
import { openEventStream } from '../support/event-stream.ts';
import { type Gateway, NOW, startWorld, type World } from '../support/world.ts';

const clock = timedClock(NOW);
const HOUR_MS = 3_600_000;
let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld(clock);
  gateway = await world.startGateway();
});
afterAll(() => world.stop());

interface Period {
  readonly start: string;
  readonly end: string | null;
  readonly label: string | null;
}

interface Change {
  readonly agent: { readonly name: string };
  readonly account: { readonly name: string };
  readonly previous: Period | null;
  readonly current: Period | null;
  readonly isInitial: boolean;
  readonly detectedAt: string;
}

const DOCUMENT = `subscription { statusChanges(filter: { account: "kore-main" }) {
  agent { name } account { name } previous { start end label } current { start end label } isInitial detectedAt } }`;

/** All periods that the vendor reports, as a query sees them. */
async function periodsOf(from: number, to: number) {
  const range = `{ from: "${new Date(from).toISOString()}", to: "${new Date(to).toISOString()}" }`;
  const { data } = await gateway.query<{ agents: { nodes: { name: string; statusPeriods: { nodes: Period[] } }[] } }>(
    `{ agents(first: 1000, filter: { account: "kore-main" }) { nodes { name statusPeriods(during: ${range}) { nodes { start } } } } }`,
  );
  return data.agents.nodes.flatMap(({ name, statusPeriods }) =>
    statusPeriods.nodes.map(({ start }) => `${name} ${start}`).filter((text) => Date.parse(text.slice(-24)) > from),
  );
}

/** The calls of Kore for the presence of all agents, once it has expired. */
async function countPresenceCalls() {
  const presence = '{ agents(first: 1000, filter: { account: "kore-main" }) { nodes { currentStatus { start } } } }';
  // Discovery is due at other times.
  clock.advance(HOUR_MS);
  await gateway.query(presence);
  clock.advance(20_000);
  await gateway.query(presence);
  world.calls();
  clock.advance(20_000);
  await gateway.query(presence);
  return world.calls().kore.length;
}

test('reports every status that begins, once, in order within an agent, at the calls of presence', async () => {
  const stream = await openEventStream(gateway.url, { query: DOCUMENT });
  const changes: Change[] = [];
  const follow = async () => {
    for (let event = await stream.next(); event?.event === 'next'; event = await stream.next())
      changes.push((JSON.parse(event.data) as { data: { statusChanges: Change } }).data.statusChanges);
  };
  void follow();
  const ongoing = await gateway.query<{ agents: { nodes: { currentStatus: Period | null }[] } }>(
    '{ agents(first: 1000, filter: { account: "kore-main" }) { nodes { currentStatus { start } } } }',
  );
  const initialCount = ongoing.data.agents.nodes.filter(({ currentStatus }) => currentStatus).length;
  await waitUntil(() => changes.length === initialCount);
  expect(changes.every(({ isInitial, previous }) => isInitial && previous === null)).toBe(true);

  // Several changes of one agent happen between two readings.
  for (let step = 1; step <= 4; step += 1) {
    clock.advance(HOUR_MS / 4);
    const begun = await periodsOf(NOW, clock.now());
    await waitUntil(() => changes.filter(({ isInitial, current }) => !isInitial && current).length >= begun.length);
  }
  const later = changes.slice(initialCount);
  const reported = later.flatMap(({ agent, current }) => (current ? [`${agent.name} ${current.start}`] : []));
  expect(reported.toSorted()).toEqual((await periodsOf(NOW, clock.now())).toSorted());
  expect(new Set(reported).size).toBe(reported.length);
  for (const sameAgent of Map.groupBy(later, ({ agent }) => agent.name).values()) {
    const starts = sameAgent.flatMap(({ current }) => current?.start ?? []);
    expect(starts).toEqual(starts.toSorted());
  }
  for (const { current, detectedAt } of later)
    if (current) expect(Date.parse(detectedAt)).toBeGreaterThanOrEqual(Date.parse(current.start));

  // No call beyond those of the presence of the same agents.
  const withFeed = await countPresenceCalls();
  stream.close();
  await waitUntil(async () =>
    (await (await fetch(`${gateway.url}/metrics`)).text()).includes('live_subscriptions{transport="sse"} 0'),
  );
  expect(withFeed).toBe(await countPresenceCalls());
});

test.each([
  'subscription { statusChanges(filter: { account: "nowhere" }) { isInitial } }',
  'subscription { agents(filter: { account: "nowhere" }) { totalCount } }',
  'subscription { agents(first: 2000) { totalCount } }',
])('rejects an argument that is not valid, and completes: %s', async (query) => {
  const stream = await openEventStream(gateway.url, { query });
  expect(await stream.nextResult()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(await stream.next()).toMatchObject({ event: 'complete' });
});
