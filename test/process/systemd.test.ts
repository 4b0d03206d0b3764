/** @needs systemd */
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { fleetSecrets, readDeployFile } from '../support/fleet-files.ts';
import { startSystemdMachine, type SystemdMachine } from '../support/systemd-machine.ts';

// The unit as it is shipped, in a machine whose first process is systemd.

const UNIT = 'switchboard.service';
const CONFIG = '/etc/switchboard/switchboard.yaml';
const URL = 'http://127.0.0.1:4000';

function formatConfig(account: string, workers = 1): string {
  const secret = `\${file:/run/credentials/${UNIT}/avaamo-access-token}`;
  return `server: { lameDuckSeconds: 2, workers: ${workers} }
cache: { path: /var/lib/switchboard/cache.db }
accounts: [{ name: ${account}, vendor: avaamo, baseUrl: 'http://127.0.0.1:4101', accessToken: '${secret}' }]
`;
}

let machine: SystemdMachine;
beforeAll(async () => {
  machine = await startSystemdMachine({
    [`/etc/systemd/system/${UNIT}`]: readDeployFile('systemd/switchboard.service'),
    // There is no journal in the machine.
    [`/etc/systemd/system/${UNIT}.d/log.conf`]:
      '[Service]\nStandardOutput=append:/tmp/gateway.log\nStandardError=append:/tmp/gateway.log\n',
    [CONFIG]: formatConfig('bots'),
    ...Object.fromEntries(fleetSecrets().map((name) => [`/etc/switchboard/secrets/${name}`, 'secret'])),
  });
});
afterAll(() => machine.stop());

async function systemctl(...args: readonly string[]): Promise<string> {
  const { status, output } = await machine.run('systemctl', ...args);
  if (status !== 0) throw new Error(`systemctl ${args.join(' ')}: ${output}${await readLog()}`);
  return output.trim();
}

function property(name: string): Promise<string> {
  return systemctl('show', '--property', name, '--value', UNIT);
}

async function readLog(): Promise<string> {
  return (await machine.run('cat', '/tmp/gateway.log')).output;
}

/** The names of the accounts, as the gateway answers; empty while it does not. */
async function findAccounts(): Promise<string> {
  const body = '{"query":"{ accounts { name } }"}';
  const { output } = await machine.run(
    'curl',
    '-s',
    '-H',
    'content-type: application/json',
    '-d',
    body,
    `${URL}/graphql`,
  );
  return [...output.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name).join();
}

async function readinessStatus(): Promise<string> {
  return (await machine.run('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', `${URL}/readyz`)).output;
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await setImmediate();
}

describe('a gateway that systemd has started', () => {
  beforeAll(() => systemctl('start', UNIT));
  afterAll(() => systemctl('stop', UNIT));

  test('is ready when the start returns', async () => {
    expect(await readinessStatus()).toBe('200');
    expect(await findAccounts()).toBe('bots');
  });

  test('has a user of its own, no capability and no way to get one', async () => {
    const { output } = await machine.run('cat', `/proc/${await property('MainPID')}/status`);
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(output)?.[1];
    expect(Number(field('Uid'))).toBeGreaterThanOrEqual(61_184);
    expect(['CapEff', 'CapPrm', 'CapBnd', 'CapAmb'].map((name) => Number(field(name)))).toEqual([0, 0, 0, 0]);
    expect(field('NoNewPrivs')).toBe('1');
    // A filter of system calls.
    expect(field('Seccomp')).toBe('2');
  });

  test('sees a file system that it can write to in its own folders alone', async () => {
    const inside = async (...command: readonly string[]) =>
      machine.run('nsenter', '--target', await property('MainPID'), '--mount', '--', ...command);
    for (const folder of ['/usr', '/etc', '/opt/switchboard', '/proc/sys/kernel'])
      expect(await inside('test', '-w', folder)).toMatchObject({ status: 1 });
    expect(await inside('test', '-w', '/var/lib/private/switchboard')).toMatchObject({ status: 0 });
    expect((await inside('ls', '/home', '/root', '/tmp')).output).not.toContain('gateway.log');
    expect((await inside('ls', '/dev')).output).not.toContain('kmsg');
  });

  test('keeps the file of the cache where no other user reads it', async () => {
    expect(await machine.run('stat', '--format=%a', '/var/lib/private/switchboard')).toMatchObject({ output: '700\n' });
    expect(await machine.run('stat', '--format=%a', '/var/lib/private/switchboard/cache.db')).toMatchObject({
      output: '600\n',
    });
  });

  test('reads its configuration again on a reload, and is the same process', async () => {
    const pid = await property('MainPID');
    await machine.writeFile(CONFIG, formatConfig('others'));
    await systemctl('reload', UNIT);
    await waitUntil(async () => (await findAccounts()) === 'others');
    expect(await property('MainPID')).toBe(pid);
  });

  test('is started again after a crash', async () => {
    await machine.run('kill', '-KILL', await property('MainPID'));
    await waitUntil(async () => (await property('NRestarts')) === '1' && (await property('ActiveState')) === 'active');
    expect(await findAccounts()).toBe('others');
  });

  test('answers while it is stopped, and ends by itself', async () => {
    const stopping = systemctl('stop', UNIT);
    await waitUntil(async () => (await readinessStatus()) === '503');
    expect(await findAccounts()).toBe('others');
    await stopping;
    expect([await property('Result'), await property('ExecMainStatus')]).toEqual(['success', '0']);
  });
});

test('workers end with the process that has started them', async () => {
  await machine.writeFile(CONFIG, formatConfig('bots', 2));
  await systemctl('start', UNIT);
  expect(await findAccounts()).toBe('bots');
  const processes = (await machine.run('cat', `/sys/fs/cgroup/system.slice/${UNIT}/cgroup.procs`)).output.split('\n');
  expect(processes.length - 1).toBe(3);
  await systemctl('stop', UNIT);
  expect([await property('Result'), await property('ExecMainStatus')]).toEqual(['success', '0']);
});

describe('with an error in the configuration', () => {
  afterEach(async () => {
    await machine.run('systemctl', 'stop', UNIT);
    await machine.writeFile(CONFIG, formatConfig('bots'));
  });

  test('the start fails with the process, instead of waiting for it', async () => {
    await machine.writeFile(CONFIG, 'unknown: []');
    const { status, output } = await machine.run('systemctl', 'start', UNIT);
    expect([status, output]).toEqual([1, expect.stringContaining('failed')]);
    expect(await readLog()).toContain(CONFIG);
  }, 30_000);
});
