import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { DEPLOY_FOLDER } from '../support/deploy-files.ts';
import { fleetSecrets, maxShutdownSeconds, minGatewayMebibytes, readDeployFile } from '../support/fleet-files.ts';

interface ComposeService {
  readonly image: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly mem_limit: string;
  readonly stop_grace_period?: string;
  readonly healthcheck?: object;
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const text = readDeployFile('compose.yaml');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const gateways = services.filter(([name]) => name.startsWith('gateway-'));

/** What dclint reports: every error against the schema of the Compose specification, and more. */
async function lint(file: string): Promise<string> {
  const dclint = join(import.meta.dirname, '../../node_modules/.bin/dclint');
  try {
    await promisify(execFile)(process.execPath, [dclint, '--quiet', '--color=false', file]);
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe('the Compose file', () => {
  test('is valid by the schema of the Compose specification', async () => {
    expect(await lint(join(DEPLOY_FOLDER, 'compose.yaml'))).toBe('');
  });

  // Canary.
  test.each([
    ['an unknown key', 'mem_limit: 512m', 'memory_limit: 512m', 'must NOT have additional properties'],
    ['a value of another type', 'cap_drop: [ALL]', 'cap_drop: ALL', 'must be array'],
  ])('is not valid with %s', async (_, from, to, problem) => {
    const folder = await mkdtemp(join(tmpdir(), 'compose-'));
    const file = join(folder, 'compose.yaml');
    expect(text).toContain(from);
    await writeFile(file, text.replace(from, to));
    expect(await lint(file)).toContain(problem);
    await rm(folder, { recursive: true });
  });

  test('defines the networks, volumes and secrets that it uses, and uses those that it defines', () => {
    const used = (names: readonly (readonly string[] | undefined)[]) => [...new Set(names.flat())].sort();
    expect(used(services.map(([, { networks }]) => networks))).toEqual(Object.keys(compose.networks).sort());
    expect(used(services.map(([, { secrets = [] }]) => secrets))).toEqual(Object.keys(compose.secrets).sort());
    const named = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((source) => !source.startsWith('.'));
    expect(named.sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  test('mounts files and folders that exist, read-only', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes).filter((volume) => volume.startsWith('.'));
    expect(mounts.filter((mount) => !mount.endsWith(':ro'))).toEqual([]);
    const missing = mounts.filter((mount) => !existsSync(join(DEPLOY_FOLDER, mount.split(':')[0] ?? '')));
    expect(missing).toEqual([]);
  });

  test('explains each secret, and gives the gateways those that their configuration reads', () => {
    const explained = [...readDeployFile('secrets/README.md').matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name);
    expect(explained.toSorted()).toEqual(Object.keys(compose.secrets).toSorted());
    for (const [name, { file }] of Object.entries(compose.secrets)) expect(file).toBe(`./secrets/${name}`);
    for (const [, { secrets }] of gateways) expect(secrets?.toSorted()).toEqual(fleetSecrets());
  });
});

describe('each container', () => {
  test.each(services)('%s is read-only, without capabilities, and bounded', (_, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.image).not.toMatch(/:latest$/);
  });

  test.each(services)('%s has a health check, and waits for those that it needs', (name, service) => {
    // The gateway's is in the image.
    if (!name.startsWith('gateway-')) expect(service.healthcheck).toBeDefined();
    for (const { condition } of Object.values(service.depends_on ?? {})) expect(condition).toBe('service_healthy');
  });

  test('is reached from this machine only', () => {
    for (const port of services.flatMap(([, { ports = [] }]) => ports)) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

test('gateways have the memory for their heap, and more time to end than a shutdown takes', () => {
  expect(gateways).toHaveLength(2);
  for (const [, { mem_limit: memory, stop_grace_period: grace = '' }] of gateways) {
    expect(Number.parseInt(memory)).toBeGreaterThanOrEqual(minGatewayMebibytes());
    expect(grace).toMatch(/^\d+s$/);
    expect(Number.parseInt(grace)).toBeGreaterThan(maxShutdownSeconds());
  }
});

test.each(['nginx/nginx.conf', 'haproxy/haproxy.cfg'])('%s names the gateways', (file) => {
  const named = [...readDeployFile(file).matchAll(/^ +server .*?([\w-]+):4000/gm)].map(([, name]) => name);
  expect(named).toEqual(gateways.map(([name]) => name));
});
