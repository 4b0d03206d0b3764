import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Gateway, lastHours, type RawConfig, startWorld, type World } from '../support/world.ts';

let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld();
  gateway = await world.startGateway((raw: RawConfig) => ({
    ...raw,
    limits: { maxFiles: 2 },
    accounts: raw.accounts.map((account) => ({
      ...account,
      maxRetries: 0,
      ...(/kore|lp/.test(account.name) && { discover: false }),
    })),
  }));
});
afterAll(() => world.stop());

function logLines(message: string) {
  const lines = gateway
    .logs()
    .split('\n')
    .filter((line) => line.includes(`"${message}"`));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function metric(line: RegExp): Promise<string | undefined> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return line.exec(text)?.[0];
}

test('leaves a trace of files that were left out, and of the source that lacks them', async () => {
  await gateway.query(
    'query ($during: TimeRange!) { agents(filter: { vendor: LIVEPERSON }, first: 3) { nodes { sessions(during: $during) { complete } } } }',
    { during: lastHours(72) },
  );
  expect(logLines('records left out of vendor responses')).toMatchObject([
    { account: 'lp', endpoint: 'agentActivity/file', reason: 'file_limit' },
  ]);
  expect(logLines('source incomplete')).toMatchObject([
    { account: 'lp', endpoint: 'agentActivity', outcome: 'PARTIAL', reason: 'file_limit' },
  ]);
  expect(await metric(/switchboard_records_dropped_total\{.*reason="file_limit"\} \d+/)).toBeDefined();
  expect(await metric(/switchboard_sources_total\{account="lp".*outcome="PARTIAL"\} 3/)).toBeDefined();
});

test('counts one contribution and one age for each agent that is served live data', async () => {
  await gateway.query(
    '{ agents(filter: { vendor: KORE }, first: 4) { nodes { presence { observedAt } currentStatus { status } } } }',
  );
  expect(await metric(/switchboard_sources_total\{account="kore-main".*outcome="OK"\} 4/)).toBeDefined();
  expect(await metric(/switchboard_live_data_age_seconds_count\{account="kore-main".*\} 4/)).toBeDefined();
});
