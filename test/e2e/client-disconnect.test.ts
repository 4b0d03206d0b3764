import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rejectionOf } from '../support/capture-error.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('logs the vendor calls of a request whose client has left while they were in flight', async () => {
  const gateway = await world.startGateway();
  world.vendors.vonage.injectFault({ kind: 'hang', path: 'latestInteractions' });
  const client = new AbortController();
  const query = '{ agents(first: 3, filter: { account: "vcc" }) { nodes { latestInteractions { totalCount } } } }';
  const answer = rejectionOf(
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: client.signal,
    }),
  );
  const interactionCalls = () => world.vendors.vonage.calls().filter(({ path }) => path.includes('latestInteractions'));
  while (interactionCalls().length < 3) await new Promise(setImmediate);
  client.abort();
  await answer;
  const findLine = () =>
    gateway
      .logs()
      .split('\n')
      .find((line) => line.includes('"request completed"'));
  while (findLine() === undefined) await new Promise(setImmediate);
  // One call for each agent, and one for the token.
  expect(JSON.parse(findLine() ?? '')).toMatchObject({ status: 499, path: '/graphql', vendorCalls: { vcc: 4 } });
});
