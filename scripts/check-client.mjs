// Builds the client package and checks it as npm would publish it: its exports (publint) and its types (Are The Types Wrong).
//   npm run check:client
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { installTools } from './tool-package.mjs';

const CLIENT = resolve('packages/client');
const TOOLS = resolve('scripts/client-checks');

installTools(TOOLS);
run(resolve('node_modules/@typescript/native/bin/tsc'), ['-p', join(CLIENT, 'tsconfig.build.json')]);
run(join(TOOLS, 'node_modules/publint/src/cli.js'), ['run', CLIENT, '--strict', '--pack', 'npm']);
// CommonJS is not offered: Node 20 and later, and every bundler, can import the package.
run(join(TOOLS, 'node_modules/@arethetypeswrong/cli/dist/index.js'), ['--pack', CLIENT, '--profile', 'esm-only']);

function run(script, args) {
  const { status, error } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' });
  if (status === 0) return;
  if (error) throw error;
  process.exit(status ?? 1);
}
