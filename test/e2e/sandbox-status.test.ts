import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const query = `{ agentByEmail(email: "jane.doe@harbourline.example") {
  currentStatus { status label start } latestInteractions { nodes { isActive } } } }`;

test('reports a status that was set in the sandbox, and the planned one once it is released', async () => {
  const planned = await (await world.startGateway()).query(query);
  const control = `${world.vendors.kore.url}/__sandbox/agents/jane.doe@harbourline.example/status`;
  const body = JSON.stringify({ status: 'away', reason: 'Demo' });
  expect((await fetch(control, { method: 'POST', body })).status).toBe(201);

  const changed = await (await world.startGateway()).query(query);
  expect(changed.data).toMatchObject({
    agentByEmail: {
      currentStatus: { status: 'AWAY', label: 'Demo', start: '2026-11-20T09:30:00.000Z' },
      latestInteractions: { nodes: [{ isActive: false }] },
    },
  });

  expect((await fetch(control, { method: 'DELETE' })).status).toBe(200);
  expect((await (await world.startGateway()).query(query)).data).toEqual(planned.data);
});
