import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const BOOT = join(import.meta.dirname, 'systemd-machine.sh');

export interface CommandResult {
  readonly status: number;
  readonly output: string;
}

/** systemd as the first process of a machine of its own, with nothing but the units that it is given. */
export interface SystemdMachine {
  /** Runs a program as root in the machine; resolves to its exit status and what it wrote. */
  readonly run: (command: string, ...args: readonly string[]) => Promise<CommandResult>;
  readonly writeFile: (path: string, text: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What every service waits for. */
const TARGETS = Object.fromEntries(
  ['sysinit', 'basic', 'shutdown'].map((name) => [
    `/etc/systemd/system/${name}.target`,
    '[Unit]\nDefaultDependencies=no\n',
  ]),
);

/** Boots a machine with these files, by their paths; the checkout is in /opt/switchboard. */
export async function startSystemdMachine(files: Readonly<Record<string, string>>): Promise<SystemdMachine> {
  const folder = await mkdtemp(join(tmpdir(), 'systemd-machine-'));
  const root = join(folder, basename(folder));
  await mkdir(root);
  for (const [path, text] of Object.entries({ ...TARGETS, ...files })) {
    const file = join(folder, 'files', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: path.includes('/secrets/') ? 0o600 : 0o644 });
  }
  const child = spawn(BOOT, [root, ROOT, join(folder, 'files')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (log += bytes.toString()));

  const run = async (command: string, ...args: readonly string[]): Promise<CommandResult> => {
    const pid = await findFirstProcess(child, () => log);
    return execute('nsenter', ['--target', pid, '--all', '--', command, ...args]);
  };
  while (!(await run('systemctl', 'is-system-running')).output.includes('running'));
  return {
    run,
    async writeFile(path, text) {
      await run('sh', '-c', 'printf %s "$2" > "$1"', 'sh', path, text);
    },
    async stop() {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
      await removeCgroups(basename(root));
      await rm(folder, { recursive: true });
    },
  };
}

async function execute(command: string, args: readonly string[]): Promise<CommandResult> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args);
    return { status: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code: number; stdout?: string; stderr?: string };
    return { status: code, output: stdout + stderr };
  }
}

/** The process that `unshare` has started; throws once there can be none. */
async function findFirstProcess({ pid, exitCode }: ChildProcess, log: () => string): Promise<string> {
  for (;;) {
    if (exitCode !== null) throw new Error(`the machine did not boot: ${log()}`);
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    const [first = ''] = children.split(' ');
    const name = await readFile(`/proc/${first}/comm`, 'utf8').catch(() => '');
    if (name === 'systemd\n') return first;
  }
}

/** A cgroup is empty as soon as the kernel has buried its processes. */
async function removeCgroups(name: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const path = / (\S+) cgroup2 /.exec(mounts)?.[1] ?? '';
  const entries = await readdir(join(path, name), { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  for (const folder of [join(path, name), ...folders].sort((a, b) => b.length - a.length)) await removeEmpty(folder);
}

async function removeEmpty(folder: string): Promise<void> {
  for (;;) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY') throw error;
    }
  }
}
