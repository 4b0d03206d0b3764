import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SWITCHBOARD } from '../../test/support/cli.ts';

/** The name of the package with the Node for this machine. */
const PINNED = `node-${process.platform === 'darwin' && process.arch === 'arm64' ? 'bin-' : ''}${process.platform}-${process.arch}`;

/** An installation whose pinned Node is a program that prints its arguments. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-bin-'));
  mkdirSync(join(folder, 'src/cli'), { recursive: true });
  cpSync(SWITCHBOARD, join(folder, 'src/cli/switchboard.mjs'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function pinNode(version: string, script: string): void {
  const pinned = join(folder, 'node_modules', PINNED);
  mkdirSync(join(pinned, 'bin'), { recursive: true });
  writeFileSync(join(pinned, 'package.json'), JSON.stringify({ version, bin: { node: 'bin/node' } }));
  writeFileSync(join(pinned, 'bin/node'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(pinned, 'bin/node'), 0o755);
}

/** Runs it with these options of Node. */
function run(nodeOptions: readonly string[], ...args: readonly string[]) {
  return new Promise<{ status: unknown; out: string; err: string }>((resolve) => {
    const command = [...nodeOptions, join(folder, 'src/cli/switchboard.mjs'), ...args];
    execFile(process.execPath, command, (error, out, err) => {
      resolve({ status: error?.code ?? 0, out, err });
    });
  });
}

const PRINT_ARGUMENTS = '[ "$1" = --version ] && exit 0; for argument; do echo "$argument"; done; exit 7';

test('continues on the pinned Node, with all arguments and its exit status', async () => {
  pinNode('99.0.0', PRINT_ARGUMENTS);
  const { status, out, err } = await run(['--no-deprecation'], 'plan', '--url', 'a b');
  expect([status, err, out.split('\n')]).toEqual([
    7,
    '',
    ['--no-deprecation', join(folder, 'src/cli/switchboard.mjs'), 'plan', '--url', 'a b', ''],
  ]);
});

test('continues as a child process where a process cannot be replaced, and prints nothing of its own', async () => {
  pinNode('99.0.0', PRINT_ARGUMENTS);
  const withoutExecve = 'data:text/javascript,delete process.execve;';
  const { status, out, err } = await run(['--import', withoutExecve], 'doctor');
  expect([status, out.split('\n').at(-2), err]).toEqual([7, 'doctor', '']);
});

test.each([
  ['of this very version', process.versions.node, PRINT_ARGUMENTS],
  ['that does not run on this machine', '99.0.0', 'exit 127'],
])('stays on this Node where the pinned one is a program %s', async (_, version, script) => {
  pinNode(version, script);
  // The copy has neither a bundle nor sources.
  const { out, err } = await run([], 'doctor');
  expect([out, err]).toEqual(['', expect.stringContaining('startup/bundle.mjs')]);
});

test('names the Node that it needs, where that is not there', async () => {
  pinNode('99.0.0', 'exit 127');
  const old = 'data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "20.11.1" } });';
  expect(await run(['--import', old], 'doctor')).toEqual({
    status: 1,
    out: '',
    err: 'switchboard needs Node 22.18 or later; this is 20.11.1.\n',
  });
});
