import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { timedClock } from '../support/clock.ts';
import { openEventStream } from '../support/event-stream.ts';
import { type Gateway, NOW, startWorld, type World } from '../support/world.ts';

const clock = timedClock(NOW);
let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld(clock);
  gateway = await world.startGateway();
});
afterAll(() => world.stop());

const SELECTION = `agents(filter: { account: "kore-main" }) { nodes { name currentStatus { status label start } } }`;

describe('a subscription over server-sent events', () => {
  test('begins with what the query would answer, and sends no event while the answer is the same', async () => {
    const stream = await openEventStream(gateway.url, { query: `subscription { ${SELECTION} }` });
    expect(stream.response.statusCode).toBe(200);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const { data } = await stream.nextResult();
    expect(data).toEqual((await gateway.query(`{ ${SELECTION} }`)).data);
    clock.advance(60_000);
    expect(stream.waiting()).toBe(0);
    stream.close();
  });

  test('sends the answer again when it has changed', async () => {
    const stream = await openEventStream(gateway.url, { query: `subscription { ${SELECTION} }` });
    const first = await stream.nextResult();
    clock.advance(3_600_000);
    const second = await stream.nextResult();
    expect(second.data).not.toEqual(first.data);
    expect(second.data).toEqual((await gateway.query(`{ ${SELECTION} }`)).data);
    stream.close();
  });

  test.each([
    'subscription { agents { totalCount } again: agents { totalCount } }',
    'subscription { ...A ...B } fragment A on Subscription { agents { totalCount } } fragment B on Subscription { agent(id: "x") { name } }',
    'subscription ($x: Boolean = true) { agents @include(if: $x) { totalCount } }',
  ])('rejects more than one field, and one that depends on a condition: %s', async (query) => {
    const stream = await openEventStream(gateway.url, { query });
    expect(await stream.nextResult()).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
    expect(await stream.next()).toEqual({ event: 'complete', data: '' });
  });
});
