// Some tools are npm packages of their own, with their own lock file, so that `npm ci` in the project stays small and quiet
// (docs/decisions/0014-tools-in-packages-of-their-own.md). A script that needs one installs it on first use.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs `npm ci` in `folder`, unless it was done before for the same lock file. npm runs on this process's Node, which is the
 * project's pinned one, so that packages which need a newer Node than the machine's install without a warning.
 */
export function installTools(folder) {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules/.installed-lock');
  if (readText(stamp) === lock) return;
  console.log(`Installing the tools of ${folder} (once).`);
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const { status, error } = spawnSync(command, [...args, 'ci', '--prefix', folder], {
    // Else an outer `npm --omit=dev` would leave out what is installed here.
    env: { ...process.env, NODE_ENV: '', npm_config_omit: '' },
    stdio: 'inherit',
  });
  if (status !== 0) throw error ?? new Error(`npm ci in ${folder} ended with status ${status}.`);
  writeFileSync(stamp, lock);
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
