import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readFileVersion } from './file-version.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'version-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('changes when a file appears, grows, is replaced or is linked to another', async () => {
  const [file, other, link] = ['file', 'other', 'link'].map((name) => join(folder, name)) as [string, string, string];
  const versions = [await readFileVersion(file)];
  await writeFile(file, 'a');
  versions.push(await readFileVersion(file));
  await writeFile(file, 'ab');
  versions.push(await readFileVersion(file));
  await writeFile(other, 'cd');
  await rename(other, file);
  versions.push(await readFileVersion(file));
  expect(new Set(versions).size).toBe(4);
  expect(versions[0]).toBe('missing');
  expect(await readFileVersion(file)).toBe(versions[3]);

  await symlink(file, link);
  expect(await readFileVersion(link)).toBe(versions[3]);
});
