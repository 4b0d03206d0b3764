import { createHash } from 'node:crypto';
import { mkdir, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { openEventStream } from '../support/event-stream.ts';
import { sendQuery, setUpGatewayProcesses, terminate } from '../support/gateway-process.ts';

const gateways = setUpGatewayProcesses();

type LogEntry = Readonly<Record<string, unknown>> & { readonly message: string };

/** Starts a gateway with this configuration, and collects its log. */
async function start(config: object | null, file = 'gateway.yaml') {
  const path = join(gateways.folder(), file);
  if (config) await writeFile(path, JSON.stringify(config));
  const { process: child, url } = await gateways.start({ env: config ? { SWITCHBOARD_CONFIG: path } : {} });
  const log: LogEntry[] = [];
  let onEntry: () => void = () => undefined;
  if (child.stdout)
    createInterface(child.stdout).on('line', (line) => {
      log.push(JSON.parse(line) as LogEntry);
      onEntry();
    });
  /** Resolves to the entries with this message once there are so many. */
  const logged = async (message: string, count = 1): Promise<readonly LogEntry[]> => {
    for (;;) {
      const entries = log.filter((entry) => entry.message === message);
      if (entries.length >= count) return entries;
      await new Promise<void>((resolve) => {
        onEntry = resolve;
      });
    }
  };
  /** As editors and deployments do: the file is never there in part. */
  const replace = async (text: object | string) => {
    await writeFile(`${path}.new`, typeof text === 'string' ? text : JSON.stringify(text));
    await rename(`${path}.new`, path);
  };
  return { child, url, path, log, logged, replace };
}

function configOf(names: readonly string[], more: object = {}) {
  return {
    accounts: [{ name: 'bots', vendor: 'avaamo', baseUrl: 'http://127.0.0.1:9', accessToken: 'SECRET-OF-BOTS' }],
    agents: names.map((name) => ({ id: name.toLowerCase(), kind: 'human', name })),
    ...more,
  };
}

const NAMES = '{ agents { nodes { name } } }';
async function namesOf(url: string, headers: Readonly<Record<string, string>> = {}) {
  const { data } = await sendQuery(url, NAMES, headers);
  return (data as { agents: { nodes: { name: string }[] } }).agents.nodes.map(({ name }) => name);
}

async function configMetrics(url: string) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').filter((line) => /^switchboard_config_.*(total|successful|required)/.test(line));
}

async function readiness(url: string) {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, body: await response.json() };
}

describe('SIGHUP', () => {
  test('makes the file be read again, and requests be served by it', async () => {
    const gateway = await start(configOf(['Jane'], { server: { watchConfig: false } }));
    expect(await namesOf(gateway.url)).toEqual(['Jane']);
    await gateway.replace(configOf(['Jane', 'Joe'], { server: { watchConfig: false } }));
    gateway.child.kill('SIGHUP');
    expect(await gateway.logged('configuration reloaded')).toMatchObject([
      { level: 'info', trigger: 'signal', accounts: 1, agents: 2, added: [], changed: [], removed: [] },
    ]);
    expect(await namesOf(gateway.url)).toEqual(['Jane', 'Joe']);
    expect(await configMetrics(gateway.url)).toEqual([
      'switchboard_config_reloads_total{outcome="success"} 1',
      'switchboard_config_reloads_total{outcome="failure"} 0',
      'switchboard_config_last_reload_successful 1',
      'switchboard_config_restart_required 0',
    ]);
    expect(await terminate(gateway.child)).toBe(0);
  });

  test('keeps the configuration before where a scheduled query is none of the schema', async () => {
    const gateway = await start(configOf(['Jane'], { server: { watchConfig: false } }));
    const warm = [{ cron: '0 5 * * *', document: '{ agents { unknownField } }' }];
    await gateway.replace(configOf(['Joe'], { warm, server: { watchConfig: false } }));
    gateway.child.kill('SIGHUP');
    expect(await gateway.logged('configuration error')).toMatchObject([
      { path: 'warm[0].document', line: expect.any(Number) },
    ]);
    expect(await namesOf(gateway.url)).toEqual(['Jane']);
    expect(await terminate(gateway.child)).toBe(0);
  });

  test('reloads nothing without a file, and ends nothing', async () => {
    const gateway = await start(null);
    gateway.child.kill('SIGHUP');
    await gateway.logged('no configuration file to reload');
    expect((await namesOf(gateway.url)).length).toBeGreaterThan(0);
    expect(await terminate(gateway.child)).toBe(0);
  });

  test('is passed on to all workers', async () => {
    const workers = { workers: 2, watchConfig: false };
    const gateway = await start(configOf(['Jane'], { server: workers }));
    await gateway.replace(configOf(['Joe'], { server: workers }));
    gateway.child.kill('SIGHUP');
    expect(await gateway.logged('configuration reloaded', 2)).toHaveLength(2);
    for (let i = 0; i < 10; i += 1) expect(await namesOf(gateway.url)).toEqual(['Joe']);
    expect(await configMetrics(gateway.url)).toContain('switchboard_config_reloads_total{outcome="success"} 2');
    expect(await terminate(gateway.child)).toBe(0);
  });

  test('ends the access of a key that is removed, and its streams; other streams go on', async () => {
    const toKey = (name: string) => ({ name, sha256: createHash('sha256').update(`key-${name}`).digest('hex') });
    const withKeys = (...names: string[]) => configOf(['Jane'], { auth: { apiKeys: names.map(toKey) } });
    const headers = (name: string) => ({ authorization: `Bearer key-${name}` });
    const gateway = await start(withKeys('a', 'b'));
    const subscription = { query: 'subscription { agents { nodes { name } } }' };
    const [revoked, lasting] = await Promise.all(
      ['a', 'b'].map((name) => openEventStream(gateway.url, subscription, headers(name))),
    );
    await Promise.all([revoked?.nextResult(), lasting?.nextResult()]);
    await gateway.replace({ ...withKeys('b'), agents: [{ id: 'joe', kind: 'human', name: 'Joe' }] });
    gateway.child.kill('SIGHUP');
    expect(await revoked?.nextResult()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await revoked?.next()).toMatchObject({ event: 'complete' });
    expect(await lasting?.nextResult()).toMatchObject({ data: { agents: { nodes: [{ name: 'Joe' }] } } });
    expect((await sendQuery(gateway.url, NAMES, headers('a'))).status).toBe(401);
    expect(await namesOf(gateway.url, headers('b'))).toEqual(['Joe']);
    lasting?.close();
  });
});

describe('a change of a file', () => {
  test('takes effect without a signal, when the file is replaced', async () => {
    const gateway = await start(configOf(['Jane']));
    await gateway.replace(configOf(['Joe']));
    expect(await gateway.logged('configuration reloaded')).toMatchObject([{ trigger: 'file' }]);
    expect(await namesOf(gateway.url)).toEqual(['Joe']);
  });

  test('takes effect where a link to a folder is replaced, as Kubernetes does', async () => {
    const folder = gateways.folder();
    for (const [name, agent] of [
      ['..1', 'Jane'],
      ['..2', 'Joe'],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'gateway.yaml'), JSON.stringify(configOf([agent])));
    }
    await symlink('..1', join(folder, '..data'));
    const path = join(folder, 'mounted.yaml');
    await symlink('..data/gateway.yaml', path);
    const { process: child, url } = await gateways.start({ env: { SWITCHBOARD_CONFIG: path } });
    child.stdout?.resume();
    expect(await namesOf(url)).toEqual(['Jane']);
    await symlink('..2', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    while ((await namesOf(url))[0] !== 'Joe') await new Promise(setImmediate);
  });

  test('takes effect for a file that a placeholder names', async () => {
    const secret = join(gateways.folder(), 'name.txt');
    await writeFile(secret, 'Jane');
    const gateway = await start({ agents: [{ id: 'a', kind: 'human', name: `\${file:${secret}}` }] });
    expect(await namesOf(gateway.url)).toEqual(['Jane']);
    await writeFile(secret, 'Joe');
    await gateway.logged('configuration reloaded');
    expect(await namesOf(gateway.url)).toEqual(['Joe']);
  });

  test('that is not valid changes nothing, and is reported without a secret', async () => {
    const gateway = await start(configOf(['Jane']));
    await gateway.replace({ ...configOf(['Joe']), limits: { maxDepth: 'SECRET-OF-LIMITS' }, unknown: 1 });
    const [line] = await gateway.logged('configuration not reloaded');
    expect(line).toMatchObject({ level: 'error', trigger: 'file', problems: 2 });
    expect(await gateway.logged('configuration error', 2)).toMatchObject([
      { level: 'error', file: gateway.path, path: 'limits.maxDepth', line: expect.any(Number) },
      { level: 'error', path: 'unknown' },
    ]);
    expect(JSON.stringify(gateway.log)).not.toContain('SECRET-OF-BOTS');
    expect(await namesOf(gateway.url)).toEqual(['Jane']);
    expect(await readiness(gateway.url)).toEqual({
      status: 200,
      body: { status: 'ready', configuration: { reloadFailedAt: expect.any(String), problems: 2 } },
    });
    expect((await configMetrics(gateway.url)).slice(0, 3)).toEqual([
      'switchboard_config_reloads_total{outcome="success"} 0',
      'switchboard_config_reloads_total{outcome="failure"} 1',
      'switchboard_config_last_reload_successful 0',
    ]);
    await unlink(gateway.path);
    expect((await gateway.logged('configuration error', 3))[2]).toMatchObject({
      path: '',
      problem: expect.any(String),
    });

    await gateway.replace(configOf(['Joe'], { server: { port: 1 }, cache: { maxBytes: 2_000_000 } }));
    const keys = ['cache.maxBytes'];
    expect(await gateway.logged('configuration changes need a restart')).toMatchObject([{ level: 'warn', keys }]);
    expect(await namesOf(gateway.url)).toEqual(['Joe']);
    expect((await readiness(gateway.url)).body).toEqual({ status: 'ready', configuration: { needsRestart: keys } });
  });
});
