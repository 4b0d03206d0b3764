import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { type CheckoutCopy, copyCheckout } from '../support/checkout-copy.ts';
import { sendQuery, setUpGatewayProcesses, terminate } from '../support/gateway-process.ts';

jest.setTimeout(120_000);

const run = promisify(execFile);
const gateways = setUpGatewayProcesses();

let checkout: CheckoutCopy;
/** As `npm install` leaves it, but for the packages that the gateway depends on: the bundle contains all that it needs. */
let installation: string;
let files: readonly string[];
beforeAll(async () => {
  checkout = await copyCheckout();
  installation = await mkdtemp(join(tmpdir(), 'installation-'));
  await run('npm', ['pack', '--pack-destination', installation], { cwd: checkout.path() });
  const modules = join(installation, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await run('tar', ['-xzf', `switchboard-${packageJson.version}.tgz`, '-C', 'node_modules'], { cwd: installation });
  await symlink('package', join(modules, 'switchboard'));
  await symlink('../switchboard/src/cli/switchboard.mjs', join(modules, '.bin/switchboard'));
  files = (await readdir(join(modules, 'package'), { recursive: true })).toSorted();
});
afterAll(async () => {
  await checkout.remove();
  await rm(installation, { recursive: true });
});

function binPath(): string {
  return join(installation, 'node_modules/.bin/switchboard');
}

test('contains the bundle, and neither sources nor tests', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'dist/bundle/gateway.js',
      'dist/bundle/cli.js',
      'public/graphiql/index.html',
      'schema/query.graphql',
    ]),
  );
  expect(files.filter((file) => /\.tsx?$|(^|\/)test(\/|$)|\.test\.|^packages|^bench|cache$/.test(file))).toEqual([]);
});

test('runs from any folder: the version, a plan, the sandbox’s hints', async () => {
  const cwd = gateways.folder();
  const switchboard = (...args: readonly string[]) => run(process.execPath, [binPath(), ...args], { cwd });
  expect((await switchboard('--version')).stdout).toBe(`${packageJson.version}\n`);
  await expect(switchboard('check-config', 'none.yaml')).rejects.toMatchObject({
    code: 1,
    stdout: 'none.yaml: cannot be read: there is no such file\n',
  });
});

test('serves queries and pages', async () => {
  const gateway = await gateways.start({ script: binPath(), args: ['start', '--port', '0'] });
  expect(gateway.banner).not.toContain('Starting from the sources');
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  const { data } = await sendQuery(gateway.url, '{ agents(first: 1) { totalCount } }');
  expect(data).toMatchObject({ agents: { totalCount: expect.any(Number) } });
  for (const path of ['graphiql', 'wallboard', 'schema.graphql'])
    expect((await fetch(`${gateway.url}/${path}`)).status).toBe(200);
  expect(await terminate(gateway.process)).toBe(0);
});
