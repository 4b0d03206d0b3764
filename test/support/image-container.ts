import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Mounts the root read-only, and in it what a container engine mounts; replaces itself by the command, without any privilege. */
const ENTER = `set -eu
root=$1 volume=$2 folder=$3
shift 3
mount --bind "$root" "$root"
mount --bind /dev "$root/dev"
mount --bind /proc "$root/proc"
mount --bind "$volume" "$root/volume"
mount --bind "$volume/hosts" "$root/etc/hosts"
mount -o remount,bind,ro "$root"
exec chroot --userspec=1000:1000 "$root" bash -c 'cd "$0" && exec "$@"' "$folder" "$@"`;

export interface ContainerOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly workFolder?: string;
}

/** A root that processes see read-only, but for a folder of their user in `/volume`. */
export interface ImageContainer {
  readonly volume: string;
  readonly spawn: (command: readonly string[], options?: ContainerOptions) => ChildProcess;
}

export async function createImageContainer(root: string, volume: string): Promise<ImageContainer> {
  // A container engine makes what it mounts on.
  for (const folder of ['dev', 'proc', 'volume']) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'etc/hosts'), '');
  await writeFile(join(volume, 'hosts'), '127.0.0.1 localhost avaamo.vendor.test\n');
  spawnSync('chown', ['-R', '1000:1000', volume]);
  return {
    volume,
    spawn: (command, { env = {}, workFolder = '/app' } = {}) =>
      spawn('unshare', ['--mount', 'sh', '-c', ENTER, 'sh', root, volume, workFolder, ...command], {
        env: { PATH: `/usr/local/bin:/bin:/usr/bin:/usr/sbin`, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
  };
}
