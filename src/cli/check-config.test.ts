import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-check-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const CHECK_CONFIG = new URL('./check-config.ts', import.meta.url).pathname;

function runCheckConfig(...args: readonly string[]) {
  return new Promise<{ status: unknown; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [CHECK_CONFIG, ...args], { cwd: folder, env: {} }, (error, out, err) => {
      resolve({ status: error?.code ?? 0, out, err });
    });
  });
}

function writeConfig(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

test('reports a valid file in one line, with exit status 0', async () => {
  const account = '{ name: bots, vendor: avaamo, baseUrl: https://c7.avaamo.com, accessToken: t }';
  expect(await runCheckConfig(writeConfig('good.yaml', `accounts: [${account}]`))).toEqual({
    status: 0,
    out: 'good.yaml: OK (1 account, 0 agents; no authentication, loopback only)\n',
    err: '',
  });
});

test('reports every error of an invalid file in a line, with exit status 1 and no secret', async () => {
  const account = '{ name: bots, vendor: avaamo, baseUrl: http://c7.avaamo.com, accesToken: CANARY }';
  const { status, out } = await runCheckConfig(
    writeConfig('bad.yaml', `accounts:\n  - ${account}\nserver: { port: "\${NO_SUCH}" }\n`),
  );
  expect(status).toBe(1);
  expect(out.split('\n')).toEqual([
    'bad.yaml:2:5: accounts[0].accessToken: is missing',
    'bad.yaml:2:35: accounts[0].baseUrl: must be https; http is allowed for loopback hosts only',
    'bad.yaml:2:66: accounts[0].accesToken: is not a known key',
    'bad.yaml:3:11: server.port: the environment variable NO_SUCH is not set',
    '',
  ]);
});

test('reports a missing file with exit status 1', async () => {
  expect(await runCheckConfig('gone.yaml')).toEqual({
    status: 1,
    out: 'gone.yaml: cannot be read (ENOENT)\n',
    err: '',
  });
});

test.each([[[]], [['a', 'b']]])('prints the usage for the arguments %j, with exit status 2', async (args) => {
  expect(await runCheckConfig(...args)).toEqual({ status: 2, out: '', err: 'Usage: npm run check-config -- FILE\n' });
});
