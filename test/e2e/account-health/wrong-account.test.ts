import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Gateway, type RawConfig, startWorld, type World } from '../../support/world.ts';

let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld();
  gateway = await world.startGateway((raw: RawConfig) => ({
    ...raw,
    accounts: raw.accounts.map((account) => (/kore|lp/.test(account.name) ? { ...account, discover: false } : account)),
  }));
});
afterAll(() => world.stop());

interface Answer {
  readonly accounts: readonly { readonly name: string; readonly state: string; readonly lastError: string | null }[];
}

async function healthAfterReading(account: string, fields: string) {
  const { data } = await gateway.query<Answer>(
    `{ agents(filter: { account: "${account}" }, first: 5) { nodes { ${fields} } } accounts { name state lastError } }`,
  );
  return data.accounts.find(({ name }) => name === account);
}

test('degrades a Vonage account that answers nothing but 404, names the cause and logs a warning', async () => {
  world.vendors.vonage.injectFault({ path: 'latestInteractions', status: 404 });
  expect(await healthAfterReading('vcc', 'latestInteractions { totalCount }')).toMatchObject({
    state: 'DEGRADED',
    lastError: expect.stringContaining('knows none of the 5 agents'),
  });
  const lines = gateway.logs().split('\n');
  const warning = lines.find((line) => line.includes('vendor knows none of the agents of an account'));
  expect(JSON.parse(warning ?? '{}')).toMatchObject({ level: 'warn', account: 'vcc' });
});

test('reports a Kore account whose endpoint answers 404 as DOWN', async () => {
  world.vendors.kore.injectFault({ path: 'agentstatusdetails', status: 404 });
  expect(await healthAfterReading('kore-main', 'currentStatus { status }')).toMatchObject({
    state: 'DOWN',
    lastError: expect.stringContaining('(HTTP 404)'),
  });
});
