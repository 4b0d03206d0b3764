import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Clock } from '../domain/clock.ts';
import { vendors } from '../vendors/index.ts';
import type { FakeVendorFactory } from '../vendors/sandbox.ts';
import type { SandboxConfig } from './sandbox-config.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

const clock: Clock = { now: () => Date.UTC(2024, 0, 15, 12), monotonicMs: () => 0, setTimer: () => () => undefined };

function createFake(name: string): FakeVendorFactory {
  return ({ company }) => ({
    handle: () => ({ status: 200, body: `${name}: ${company.people.length}` }),
    createAccountConfig: (baseUrl) => ({ name: `${name}-1`, vendor: name, baseUrl, secret: '01' }),
  });
}

const fakes = {
  avaamo: createFake('avaamo'),
  kore: createFake('kore'),
  liveperson: createFake('liveperson'),
  vonage: createFake('vonage'),
};

describe('the sandbox', () => {
  let sandbox: Sandbox<keyof typeof fakes>;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock, fakes });
  });
  afterAll(() => sandbox.stop());

  test('serves each vendor at the base URL of its account', async () => {
    for (const { vendor, baseUrl } of sandbox.config.accounts) {
      const answer = await (await fetch(String(baseUrl))).text();
      expect(answer).toBe(`${String(vendor)}: ${sandbox.company.people.length}`);
    }
    expect(sandbox.servers.kore.calls()).toHaveLength(1);
  });
});

test('stops all servers and rejects if a port is in use', async () => {
  const occupied = createServer().listen(0, '127.0.0.1');
  await once(occupied, 'listening');
  const { port } = occupied.address() as AddressInfo;
  const freed = createServer().listen(0, '127.0.0.1');
  await once(freed, 'listening');
  const other = (freed.address() as AddressInfo).port;
  freed.close();
  await once(freed, 'close');
  await expect(startSandbox({ clock, fakes, ports: { kore: port, vonage: other } })).rejects.toThrow('EADDRINUSE');
  await expect(fetch(`http://127.0.0.1:${other}`)).rejects.toThrow();
  occupied.close();
});

test('runs from the command line: prints its configuration, serves, and exits on SIGTERM', async () => {
  const child = spawn(process.execPath, ['src/cli/switchboard.mjs', 'sandbox', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  try {
    let printed = '';
    for await (const chunk of child.stdout) {
      printed += String(chunk);
      if (printed.includes('store-finder') && printed.endsWith('\n')) break;
    }
    const { accounts } = parse(printed) as SandboxConfig;
    expect([...new Set(accounts.map((account) => account.vendor))]).toEqual(vendors.map(({ key }) => key));
    for (const { baseUrl } of accounts)
      expect((await fetch(`${String(baseUrl)}/x`)).status).toBeGreaterThanOrEqual(400);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
});
