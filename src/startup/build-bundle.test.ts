import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { buildBundle } from './build-bundle.ts';
import { findBundle } from './bundle.mjs';

jest.setTimeout(120_000);

const ROOT = join(import.meta.dirname, '../..');
let root: string;
let texts: ReadonlyMap<string, string>;

/** A folder with links to what a bundle is built from, so that the bundle of this checkout stays as it is. */
beforeAll(async () => {
  root = `${await mkdtemp(join(tmpdir(), 'build-'))}/`;
  for (const name of ['src', 'node_modules', 'package.json']) await symlink(join(ROOT, name), root + name);
  await buildBundle(root);
  const names = (await readdir(`${root}dist/bundle`)).filter((name) => name.endsWith('.js'));
  texts = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(`${root}dist/bundle/${name}`, 'utf8')] as const)),
  );
});
afterAll(() => rm(root, { recursive: true }));

function allText(): string {
  return [...texts.values()].join('\n');
}

describe('the bundle', () => {
  test('is found, since no source has changed since', () => {
    expect(findBundle(root)).toMatchObject({ entry: `${root}dist/bundle/gateway.js` });
  });

  test('replaces an earlier one, and leaves nothing else', async () => {
    await buildBundle(root);
    expect(await readdir(`${root}dist`)).toEqual(['bundle']);
  });

  test('imports nothing by name: neither packages nor, because that evaluates all their exports, modules of Node', () => {
    expect(allText().match(/\b(from|import)"(?!\.\/)[\w@:/.-]+"/g)).toBeNull();
  });

  test('is ASCII, which the engine keeps in half the memory', () => {
    expect([...texts].filter(([, text]) => /[^\0-\x7F]/.test(text)).map(([name]) => name)).toEqual([]);
  });

  test('holds one copy of graphql-js, since objects of one fail in another', () => {
    expect(allText().match(/\bGraphQLObjectType=class\b/g)).toHaveLength(1);
  });

  test('loads the Redis client only when it is needed', () => {
    const filesWithClient = [...texts].filter(([, text]) => text.includes('GET-MASTER-ADDR-BY-NAME'));
    expect(filesWithClient.map(([name]) => name)).toEqual([expect.stringMatching(/^redis-client-/)]);
  });

  test('loads what records traces only when it is needed', () => {
    const filesWithSdk = [...texts].filter(([, text]) => text.includes('OTEL_') && text.includes('traceparent'));
    expect(filesWithSdk.map(([name]) => name)).toEqual([expect.stringMatching(/^tracing-/)]);
  });
});
