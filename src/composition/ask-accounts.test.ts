import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { steppedClock } from '../../test/support/clock.ts';
import { NOW, type RawConfig, startWorld, type World } from '../../test/support/world.ts';
import { loadConfig } from '../config/load.ts';
import { formatSandboxConfig } from '../sandbox/sandbox-config.ts';
import { vendors } from '../vendors/index.ts';
import { askAccounts } from './ask-accounts.ts';

const clock = steppedClock(NOW);
let world: World;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());
beforeEach(() => {
  world.calls();
});

async function ask(change: (raw: RawConfig) => RawConfig = (raw) => raw) {
  const loaded = loadConfig({ text: formatSandboxConfig(change({ ...world.config })), file: 'test', env: {}, vendors });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return askAccounts({ config: loaded.config, vendors, clock });
}

test('makes one call for each account, and one for a token', async () => {
  expect(await ask()).toEqual(world.config.accounts.map(({ name }) => ({ account: name, outcome: 'ok' })));
  expect(Object.values(world.calls()).map((calls) => calls.length)).toEqual([1, 1, 1, 4]);
});

test('makes no call where one needs an agent, and the directory has none', async () => {
  const checks = await ask((raw) => ({ ...raw, agents: [] }));
  expect(checks.map(({ account, outcome }) => `${account} ${outcome}`)).toEqual([
    'bots needs_agent',
    'kore-main ok',
    'lp ok',
    'vcc needs_agent',
    'vcc-legacy needs_agent',
  ]);
  expect(Object.values(world.calls()).map((calls) => calls.length)).toEqual([0, 1, 1, 0]);
});

test('reports what is wrong with each account, after one call without retries', async () => {
  const servers = Object.values(world.vendors);
  for (const server of servers) server.injectFault({ status: 503 });
  const checks = await ask();
  for (const server of servers) server.clearFaults();
  expect(checks.map((check) => (check.outcome === 'failed' ? check.error.reason : check.outcome))).toEqual(
    world.config.accounts.map(() => 'status_503'),
  );
  expect(Object.values(world.calls()).map((calls) => calls.length)).toEqual([1, 1, 1, 2]);
});
