import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireProgram, SYSTEMD_ANALYZE } from './programs.ts';

/** Runs systemd-analyze on the text of a unit; returns what it writes. */
export async function analyzeUnit(name: string, text: string, args: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'systemd-'));
  const file = join(folder, name);
  await writeFile(file, text);
  try {
    const { stdout, stderr } = await promisify(execFile)(requireProgram(SYSTEMD_ANALYZE), [...args, file]);
    return stdout + stderr;
  } finally {
    await rm(folder, { recursive: true });
  }
}
