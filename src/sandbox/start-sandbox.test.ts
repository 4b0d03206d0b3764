import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Clock } from '../domain/clock.ts';
import { formatSandboxConfig, type SandboxConfig } from './sandbox-config.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';
import { vendors } from '../vendors/index.ts';
import type { FakeVendorFactory } from '../vendors/sandbox.ts';

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

  test('lists about fifty people, including all with a Vonage account, and all bots', () => {
    const { agents } = sandbox.config;
    const people = agents.filter((agent) => agent.kind === 'human');
    expect(people.length).toBeGreaterThanOrEqual(45);
    expect(people.length).toBeLessThanOrEqual(55);
    expect(agents.filter((agent) => agent.kind === 'virtual')).toHaveLength(sandbox.company.bots.length);
    const vonage = agents.flatMap((agent) => agent.accounts['vonage-1'] ?? []);
    expect(vonage).toHaveLength(
      sandbox.company.people.filter(({ refsByVendor }) => refsByVendor.vonage !== undefined).length,
    );
    expect(new Set(agents.map((agent) => agent.id)).size).toBe(agents.length);
    expect(agents[0]).toMatchObject({ id: 'jane-doe', kind: 'human', name: 'Jane Doe' });
  });

  test('leaves some people and some accounts of listed people to discovery', () => {
    const listed = new Map(sandbox.config.agents.map((agent) => [agent.email, agent]));
    const working = sandbox.company.people.filter(({ refsByVendor }) => refsByVendor.liveperson !== undefined);
    expect(working.filter((person) => !listed.has(person.email)).length).toBeGreaterThan(3);
    const partlyListed = working.filter(
      (person) => listed.has(person.email) && !listed.get(person.email)?.accounts['liveperson-1'],
    );
    expect(partlyListed.length).toBeGreaterThan(3);
  });

  test('lists LivePerson agents by number or by login name', () => {
    const references = sandbox.config.agents.flatMap((agent) => agent.accounts['liveperson-1'] ?? []);
    expect(references.some((reference) => /^\d+$/.test(reference))).toBe(true);
    expect(references.some((reference) => reference.includes('@'))).toBe(true);
  });

  test('formats a configuration that parses back to the same value, including leading zeros', () => {
    expect(parse(formatSandboxConfig(sandbox.config))).toEqual(sandbox.config);
  });
});

test('lists all people and bots for whom a fake provides a reference of its own', async () => {
  const byInitial: FakeVendorFactory = (world) => ({
    ...createFake('acme')(world),
    findReference: (member) => {
      const name = 'email' in member ? member.lastName : member.name;
      return name.startsWith('B') ? `no. ${name}` : null;
    },
  });
  const sandbox = await startSandbox({ clock, fakes: { ...fakes, acme: byInitial } });
  await sandbox.stop();
  const { people, bots } = sandbox.company;
  const names = [...people.map(({ lastName }) => lastName), ...bots.map(({ name }) => name)];
  const agents = sandbox.config.agents.filter(({ accounts }) => 'acme-1' in accounts);
  expect(agents.length).toBeGreaterThan(3);
  expect(agents.map(({ accounts }) => accounts['acme-1'])).toEqual(
    names.filter((name) => name.startsWith('B')).map((name) => `no. ${name}`),
  );
  expect(agents.at(-1)).toMatchObject({
    id: 'billing-bot',
    accounts: { 'avaamo-1': '2041', 'acme-1': 'no. Billing bot' },
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
  const child = spawn(process.execPath, ['src/cli/sandbox.ts', '--port', '0'], {
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
    expect(accounts.map((account) => account.vendor)).toEqual(vendors.map(({ key }) => key));
    for (const { baseUrl } of accounts)
      expect((await fetch(`${String(baseUrl)}/x`)).status).toBeGreaterThanOrEqual(400);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
});
