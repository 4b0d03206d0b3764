import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createClientIn } from '../../packages/client/src/client.ts';
import {
  createClient,
  type LiveEvent,
  StatusChangesDocument,
  WallboardDocument,
  WallboardLiveDocument,
  type WallboardLiveSubscription,
} from '../../packages/client/src/index.ts';
import { createClientEnvironment } from '../support/client-environment.ts';
import { timedClock } from '../support/clock.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

/** The client package's subscriber against a running gateway. */

const KEY = 'a-key-of-the-test';
const people = { filter: { account: 'kore-main' } };
const clock = timedClock(NOW);

let world: World;
let gateway: Gateway;
let controller: AbortController;

beforeAll(async () => {
  world = await startWorld(clock);
  gateway = await world.startGateway();
});
afterAll(() => world.stop());

beforeEach(() => {
  controller = new AbortController();
});
afterEach(() => {
  controller.abort();
});

function clientOf({ url }: Gateway, token?: string) {
  return createClient({ url: `${url}/graphql`, ...(token !== undefined && { token }) });
}

async function next<Data>(events: AsyncGenerator<LiveEvent<Data>, void>): Promise<LiveEvent<Data>> {
  const item = await events.next();
  if (item.done === true) throw new Error('the events have ended');
  return item.value;
}

function withKey(config: RawConfig): RawConfig {
  const sha256 = createHash('sha256').update(KEY).digest('hex');
  return { ...config, auth: { apiKeys: [{ name: 'app', sha256 }] } };
}

describe('watch', () => {
  const documents = { live: WallboardLiveDocument, poll: WallboardDocument };

  test('brings the answer of the query, and the new one when it has changed', async () => {
    const client = clientOf(gateway);
    const events = client.watch(documents, people, { signal: controller.signal });
    const first: LiveEvent<WallboardLiveSubscription> = await next(events);
    expect(first.state).toBe('live');
    expect(first.result?.data).toEqual((await client.query(WallboardDocument, people)).data);

    clock.advance(3_600_000);
    const second = await next(events);
    expect(second.state).toBe('live');
    expect(second.result?.data).not.toEqual(first.result?.data);
  });

  test('polls while the gateway takes no further subscription', async () => {
    const small = await world.startGateway((config) => ({ ...config, live: { maxSubscriptions: 1 } }));
    await next(clientOf(small).subscribe(WallboardLiveDocument, people, { signal: controller.signal }));

    const environment = createClientEnvironment();
    const client = createClientIn(environment, { url: `${small.url}/graphql` });
    const events = client.watch(documents, people, { signal: controller.signal });
    const refused = await next(events);
    expect(refused).toMatchObject({ state: 'reconnecting', error: { code: 'OVERLOADED' } });
    expect(refused.error?.retryAfterSeconds).toBeGreaterThan(0);
    environment.advance(5000);
    const polled = await next(events);
    expect(polled.state).toBe('polling');
    expect(polled.result?.data.agents.nodes.length).toBeGreaterThan(0);
  });
});

describe('subscribe', () => {
  test('brings what is ongoing, and then each change of status', async () => {
    const events = clientOf(gateway).subscribe(StatusChangesDocument, people, { signal: controller.signal });
    const first = (await next(events)).result?.data.statusChanges;
    expect(first).toMatchObject({ isInitial: true, previous: null, account: { name: 'kore-main' } });

    const { data } = await gateway.query<{ readonly agent: { readonly email: string } }>(
      `{ agent(id: ${JSON.stringify(first?.agent.id)}) { email } }`,
    );
    const control = `${world.vendors.kore.url}/__sandbox/agents/${data.agent.email}/status`;
    const status = first?.current?.status === 'AWAY' ? 'busy' : 'away';
    expect((await fetch(control, { method: 'POST', body: JSON.stringify({ status, reason: 'Demo' }) })).status).toBe(
      201,
    );
    clock.advance(60_000);
    let change = first;
    while (change?.isInitial === true || change?.agent.id !== first?.agent.id)
      change = (await next(events)).result?.data.statusChanges;
    expect(change).toMatchObject({ current: { status: status.toUpperCase(), label: 'Demo' } });
    await fetch(control, { method: 'DELETE' });
  });

  test('needs the key, and ends where it is wrong', async () => {
    const guarded = await world.startGateway(withKey);
    const subscribe = (key: string) =>
      next(clientOf(guarded, key).subscribe(WallboardLiveDocument, people, { signal: controller.signal }));
    expect(await subscribe(KEY)).toMatchObject({ state: 'live', error: null });
    await expect(subscribe('wrong')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('says that it reconnects when the gateway ends its streams', async () => {
    const leaving = await world.startGateway();
    const events = clientOf(leaving).subscribe(WallboardLiveDocument, people, { signal: controller.signal });
    await next(events);
    const stopped = leaving.stop();
    expect(await next(events)).toEqual({ state: 'reconnecting', result: null, error: null });
    await stopped;
  });
});
