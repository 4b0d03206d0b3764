import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { timedClock } from '../support/clock.ts';
import { createGate, type Gate } from '../support/gate.ts';
import { sendQuery, setUpGatewayProcesses } from '../support/gateway-process.ts';
import { NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

const clock = timedClock(NOW);
let world: World;
let gate: Gate;
beforeEach(async () => {
  world = await startWorld(clock);
  gate = await createGate(world.vendors.kore.url);
});
afterEach(async () => {
  await world.stop();
  await gate.close();
});

/** An account whose discovery waits at the gate, and a scheduled query. */
function withHeldAccount(raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.map((account) =>
      account.name === 'kore-main' ? { ...account, baseUrl: gate.url } : account,
    ),
    warm: [{ cron: '* * * * *', document: '{ accounts { name } }' }],
  };
}

test('a reload that is under way when the gateway closes changes nothing, and leaves nothing behind', async () => {
  const gateway = await world.startGateway();
  const stopped = { message: 'the gateway has been stopped' };
  const reload = expect(gateway.reconfigure(withHeldAccount)).rejects.toMatchObject(stopped);
  await gate.held();
  await gateway.stop();
  gate.open();
  await reload;
  // The schedule of the new configuration among them.
  expect(clock.pendingTimers()).toBe(0);
  await expect(gateway.reconfigure(withHeldAccount)).rejects.toMatchObject(stopped);
  expect(clock.pendingTimers()).toBe(0);
});

describe('a process that is terminated while it reloads', () => {
  const gateways = setUpGatewayProcesses();
  const NAMES = '{ agents { nodes { name } } }';

  test('serves by the configuration before in its last seconds, and ends with exit status 0', async () => {
    const path = join(gateways.folder(), 'gateway.yaml');
    const write = async (config: object) => {
      await writeFile(`${path}.new`, JSON.stringify(config));
      await rename(`${path}.new`, path);
    };
    const named = (name: string) => ({
      server: { watchConfig: false, lameDuckSeconds: 2 },
      agents: [{ id: 'jane', kind: 'human', name }],
    });
    await write(named('Jane'));
    const { process: child, url } = await gateways.start({ env: { SWITCHBOARD_CONFIG: path } });
    const log: string[] = [];
    if (child.stdout) createInterface(child.stdout).on('line', (line) => log.push(line));
    const [account] = world.config.accounts.filter(({ name }) => name === 'kore-main');
    await write({ ...named('Joe'), accounts: [{ ...account, baseUrl: gate.url, discoverTimeoutMs: 300_000 }] });
    child.kill('SIGHUP');
    await gate.held();
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    while ((await fetch(`${url}/readyz`)).status !== 503);
    expect((await sendQuery(url, NAMES)).data).toEqual({ agents: { nodes: [{ name: 'Jane' }] } });
    expect(await exited).toEqual([0, null]);
    const messages = log.map((line) => JSON.parse(line) as { readonly level: string; readonly message: string });
    expect(messages.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    expect(messages.map(({ message }) => message)).toContain('configuration not reloaded, as the gateway is ending');
  });
});
