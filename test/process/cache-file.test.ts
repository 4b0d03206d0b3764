import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openDiskFile } from '../../src/cache/disk-file.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { formatSandboxConfig } from '../../src/sandbox/sandbox-config.ts';
import { copyCheckout } from '../support/checkout-copy.ts';
import { setUpDiskFolder } from '../support/disk-harness.ts';
import { type RunOptions, sendQuery, setUpGatewayProcesses, terminate } from '../support/gateway-process.ts';
import { startWorld, type World } from '../support/world.ts';

jest.setTimeout(120_000);

const WRITER = join(import.meta.dirname, '../support/disk-writer.ts');
const gateways = setUpGatewayProcesses();
const newPath = setUpDiskFolder();

let world: World;
beforeAll(async () => {
  world = await startWorld(systemClock);
});
afterAll(() => world.stop());

/** Starts a gateway process whose cache is in the file; it collects the log. */
async function start(path: string, options: RunOptions & { readonly workers?: number } = {}) {
  const { workers = 1, env = {}, ...rest } = options;
  const accounts = world.config.accounts.map((account) =>
    ['kore-main', 'lp'].includes(account.name) ? { ...account, discover: false } : account,
  );
  const config = join(gateways.folder(), 'switchboard.yaml');
  const raw = {
    ...world.config,
    accounts,
    cache: { path, maxDiskBytes: 16_777_216 },
    server: { workers, lameDuckSeconds: 0 },
  };
  writeFileSync(config, formatSandboxConfig(raw));
  const gateway = await gateways.start({ ...rest, env: { ...env, SWITCHBOARD_CONFIG: config } });
  const log: string[] = [];
  if (gateway.process.stdout) createInterface(gateway.process.stdout).on('line', (line) => log.push(line));
  return { ...gateway, log };
}

/** A report of a day that ended three days ago, without where its parts were served from. */
async function report(url: string) {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const during = `{ from: "${day(4)}T00:00:00Z", to: "${day(3)}T00:00:00Z" }`;
  const { data } = await sendQuery(
    url,
    `{ agents(first: 60, filter: { account: "kore-main" }) { nodes {
      key
      statusTotals(during: ${during}, accounts: ["kore-main"]) { complete nodes { status seconds } }
      statusPeriods(during: ${during}, accounts: ["lp"]) { complete nodes { status start end } }
    } } }`,
  );
  const calls = Object.values(world.calls()).flat().length;
  return { data, calls };
}

function metricsOf(url: string): Promise<string> {
  return fetch(`${url}/metrics`).then((response) => response.text());
}

/** What SQLite finds wrong with the file. */
function checkIntegrity(path: string): unknown {
  const database = new DatabaseSync(path);
  const { integrity_check: result } = database.prepare('PRAGMA integrity_check').get() ?? {};
  database.close();
  return result;
}

describe('a process that is killed in the midst of writing', () => {
  test('leaves a file that is in order, with right entries only', async () => {
    const path = newPath();
    const keys = Array.from({ length: 5000 }, (_, index) => `key ${index}`);
    for (const transactions of [3, 0, 10, 25]) {
      const writer = spawn(process.execPath, [WRITER, path, String(transactions)], { stdio: 'inherit' });
      expect(await once(writer, 'exit')).toEqual([null, 'SIGKILL']);
      expect(checkIntegrity(path)).toBe('ok');
      const { database, movedTo } = openDiskFile(path, 33_554_432);
      expect(movedTo).toBeNull();
      const { entries, damagedEntries } = database.read(keys, Infinity);
      expect(damagedEntries).toBe(0);
      const values = entries.map((entry, index) => [keys[index]?.repeat(300), entry?.value]);
      expect(values.every(([expected, value]) => value === undefined || value === expected)).toBe(true);
      // What was committed is there, and nothing of the transaction in which it was killed.
      expect(database.use().entries).toBe(Math.min(2500, Math.max(transactions, 3) * 100));
      database.close();
    }
  });

  test('starts again, and answers rightly', async () => {
    const path = newPath();
    const first = await start(path);
    const before = await report(first.url);
    expect(before.calls).toBeGreaterThan(0);
    const killed = once(first.process, 'exit');
    first.process.kill('SIGKILL');
    await killed;
    const second = await start(path);
    expect((await report(second.url)).data).toEqual(before.data);
    expect(await terminate(second.process)).toBe(0);
    expect(second.log.filter((line) => line.includes('cache file'))).toEqual([]);
    expect(checkIntegrity(path)).toBe('ok');
    const third = await start(path);
    expect(await report(third.url)).toEqual({ data: before.data, calls: 0 });
  });
});

test('what was purged does not come back where the process is killed right after its answer', async () => {
  const path = newPath();
  const first = await start(path);
  const { data, calls } = await report(first.url);
  expect(calls).toBeGreaterThan(0);
  const purge = await fetch(`${first.url}/admin/purge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: 'kore-main' }),
  });
  expect(await purge.json()).toMatchObject({ fleet: { complete: true } });
  const killed = once(first.process, 'exit');
  first.process.kill('SIGKILL');
  await killed;
  const second = await start(path);
  const again = await report(second.url);
  expect(again.data).toEqual(data);
  expect(again.calls).toBeGreaterThan(0);
});

describe('a file', () => {
  test('is used by two gateways at a time, and by the workers of one', async () => {
    const path = newPath();
    const [one, other] = [await start(path), await start(path)];
    const reports = await Promise.all([report(one.url), report(other.url)]);
    expect(reports[1].data).toEqual(reports[0].data);
    await Promise.all([terminate(one.process), terminate(other.process)]);
    expect(checkIntegrity(path)).toBe('ok');
    const workers = await start(path, { workers: 2 });
    for (let request = 0; request < 4; request++)
      expect(await report(workers.url)).toEqual({ data: reports[0].data, calls: 0 });
    expect(await terminate(workers.process)).toBe(0);
    for (const { log } of [one, other, workers]) expect(log.filter((line) => line.includes('cache file'))).toEqual([]);
  });

  test('that is damaged is moved aside with a warning, and the gateway starts', async () => {
    const path = newPath();
    writeFileSync(path, 'not a database'.repeat(1000));
    const first = await start(path);
    const { data } = await report(first.url);
    expect(await terminate(first.process)).toBe(0);
    const lines = first.log.filter((line) => line.includes('damaged cache file moved aside'));
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 'warn', movedTo: `${path}.damaged` }),
    ]);
    const second = await start(path);
    expect(await report(second.url)).toEqual({ data, calls: 0 });
  });

  test('belongs to its user alone', async () => {
    const path = newPath();
    const gateway = await start(path);
    await report(gateway.url);
    const names = readdirSync(dirname(path));
    expect(names.sort()).toEqual(['cache.db', 'cache.db-shm', 'cache.db-wal']);
    for (const name of names) expect(statSync(join(dirname(path), name)).mode & 0o777).toBe(0o600);
  });

  test('is used by a gateway that runs from a bundle', async () => {
    const checkout = await copyCheckout();
    try {
      const script = checkout.path('src/start.mjs');
      const path = newPath();
      const first = await start(path, { script });
      const { data } = await report(first.url);
      expect(await terminate(first.process)).toBe(0);
      const second = await start(path, { script });
      expect(await report(second.url)).toEqual({ data, calls: 0 });
      expect(await terminate(second.process)).toBe(0);
    } finally {
      await checkout.remove();
    }
  });
});

const MOUNT_WRAPPER = ['unshare', '--user', '--map-root-user', '--mount'];
const canMount = spawnSync(MOUNT_WRAPPER[0] ?? '', [...MOUNT_WRAPPER.slice(1), 'true']).status === 0;

/** Where a file system can be mounted without privileges, as CI has to: there it fails instead of being skipped. */
const testOnSmallDisk = canMount || process.env.CI === 'true' ? test : test.skip;

testOnSmallDisk('goes on answering on a full disk, counts what it drops, and logs it once', async () => {
  const path = newPath();
  const folder = join(dirname(path), 'small');
  mkdirSync(folder);
  const gateway = await start(join(folder, 'cache.db'), {
    wrapper: MOUNT_WRAPPER,
    shellPrelude: `mount -t tmpfs -o size=256k tmpfs ${folder}`,
  });
  const { data } = await report(gateway.url);
  expect(await report(gateway.url)).toEqual({ data, calls: 0 });
  expect(await metricsOf(gateway.url)).toMatch(
    /^switchboard_cache_errors_total\{operation="disk_write",reason="full"\} [1-9]/m,
  );
  const lines = gateway.log.filter((line) => line.includes('cache file could not be used'));
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ operation: 'write', reason: 'full' }),
  ]);
});
