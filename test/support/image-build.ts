import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** A stage of the Dockerfile; the last one has the name `final`. */
export interface ImageStage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
  /** The stages that it copies from. */
  readonly sources: readonly string[];
}

export async function readImageStages(): Promise<readonly ImageStage[]> {
  const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  const lines = text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const stages: { name: string; base: string; instructions: Instruction[]; sources: string[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const stage = stages.at(-1);
    if (word === 'FROM') {
      const [, base = '', name = 'final'] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      stages.push({ base, name, instructions: [], sources: [] });
    } else {
      stage?.instructions.push({ word, rest });
      stage?.sources.push(...(/^--from=(\S+)/.exec(rest)?.slice(1) ?? []));
    }
  }
  return stages;
}

/** What follows the first instruction of this word. */
export function findInstruction({ instructions }: ImageStage, word: string): string {
  return instructions.find((instruction) => instruction.word === word)?.rest ?? '';
}

/** The program and arguments of an instruction such as `CMD ["node"]`. */
export function findCommand(stage: ImageStage, word: 'CMD' | 'HEALTHCHECK'): readonly string[] {
  const [list = '[]'] = /\[.*$/.exec(findInstruction(stage, word)) ?? [];
  return JSON.parse(list) as readonly string[];
}

/** Node 26 first, as in the image. */
const env = { ...process.env, PATH: dirname(process.execPath) + delimiter + (process.env.PATH ?? '') };

/** The root of each built stage, but for what comes from its base. */
export interface BuiltImage {
  readonly path: (stage: string, ...parts: readonly string[]) => string;
  readonly remove: () => Promise<void>;
}

/** Executes the instructions of a stage, and of those that it copies from, in empty folders: there is no container engine. */
export async function buildImage(target: string): Promise<BuiltImage> {
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  const stages = await readImageStages();
  const path = (...parts: readonly string[]): string => join(folder, ...parts);

  async function build(name: string): Promise<void> {
    const stage = stages.find((candidate) => candidate.name === name);
    if (!stage) throw new Error(`the Dockerfile has no stage ${name}`);
    // They are independent of each other.
    await Promise.all([...new Set(stage.sources)].map(build));
    const root = path(name);
    let workFolder = '/';
    for (const { word, rest } of stage.instructions) {
      if (word === 'WORKDIR') workFolder = rest;
      if (word === 'COPY') await copy(rest, root, workFolder, path);
      const cwd = join(root, workFolder);
      await mkdir(cwd, { recursive: true });
      if (word === 'RUN') await promisify(execFile)('sh', ['-c', rest], { cwd, env, maxBuffer: 1e8 });
    }
  }

  await build(target);
  return {
    path,
    async remove() {
      await promisify(execFile)('chmod', ['-R', 'u+w', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function copy(args: string, root: string, workFolder: string, path: BuiltImage['path']): Promise<void> {
  const [, from, names = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(args) ?? [];
  const sources = names.split(' ');
  const target = join(root, resolve(workFolder, sources.pop() ?? '.'));
  for (const name of sources) {
    const source = from === undefined ? join(ROOT, name) : path(from, name);
    const isFolder = (await stat(source)).isDirectory();
    await cp(source, isFolder ? target : join(target, basename(name)), { recursive: true, verbatimSymlinks: true });
  }
}
