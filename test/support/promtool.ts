import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROMTOOL, requireProgram } from './programs.ts';

/** Runs promtool in a folder; returns its exit status and what it wrote. */
export async function runPromtool(
  args: readonly string[],
  { cwd = process.cwd(), input = '' }: { readonly cwd?: string; readonly input?: string } = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(requireProgram(PROMTOOL), args, { cwd });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
