import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type World, lastHours, queryOf, startWorld } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('one agent, asked for twice in a query and by ten callers at once, is one call an endpoint', async () => {
  const gateway = await world.gateway((raw) => ({
    ...raw,
    accounts: raw.accounts.map((one) => (/kore|lp/.test(one.name) ? { ...one, discover: false } : one)),
  }));
  const { email } = world.configuration.agents.find(({ accounts }) => accounts['kore-main'] && accounts.vcc) ?? {};
  const variables = { email: email?.toUpperCase(), during: lastHours(3) };

  const replies = await Promise.all(
    Array.from({ length: 10 }, () =>
      gateway.query<{ byEmail: object; again: object }>(queryOf(import.meta.dirname), variables),
    ),
  );

  const [first] = replies;
  expect(first?.errors).toBeUndefined();
  expect(first?.data.byEmail).toMatchObject({
    latestInteractions: { nodes: expect.arrayContaining([{ id: expect.any(String) }]) },
  });
  for (const { data } of replies) expect(data).toEqual(first?.data);
  const { kore, vonage } = world.calls();
  expect(kore).toHaveLength(1);
  expect(vonage.toSorted()).toEqual([expect.stringContaining('GET /v0/'), 'POST /Auth/connect/token']);
});
