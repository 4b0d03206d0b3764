import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lastHours, readQuery, startWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('makes one call per endpoint for an agent that ten concurrent queries select twice each', async () => {
  const gateway = await world.startGateway((raw) => ({
    ...raw,
    accounts: raw.accounts.map((account) => (/kore|lp/.test(account.name) ? { ...account, discover: false } : account)),
  }));
  const { email } = world.config.agents.find(({ accounts }) => accounts['kore-main'] && accounts.vcc) ?? {};
  const variables = { email: email?.toUpperCase(), during: lastHours(3) };

  const responses = await Promise.all(
    Array.from({ length: 10 }, () =>
      gateway.query<{ byEmail: object; again: object }>(readQuery(import.meta.dirname), variables),
    ),
  );

  const [first] = responses;
  expect(first?.errors).toBeUndefined();
  expect(first?.data.byEmail).toMatchObject({
    latestInteractions: { nodes: expect.arrayContaining([{ id: expect.any(String) }]) },
  });
  for (const { data } of responses) expect(data).toEqual(first?.data);
  const { kore, vonage } = world.calls();
  expect(kore).toHaveLength(1);
  expect(vonage.toSorted()).toEqual([expect.stringContaining('GET /v0/'), 'POST /Auth/connect/token']);
});
