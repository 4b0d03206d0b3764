import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { vendors } from '../../test/support/config-harness.ts';
import { findConfig } from './find-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function findInFolder(env: Record<string, string> = {}) {
  return findConfig(env, folder, vendors);
}

test('returns null when neither SWITCHBOARD_CONFIG nor switchboard.yaml is there', () => {
  expect(findInFolder()).toBeNull();
  expect(findInFolder({ SWITCHBOARD_CONFIG: '' })).toBeNull();
});

test('loads switchboard.yaml from the working folder', () => {
  writeFileSync(join(folder, 'switchboard.yaml'), 'server: { port: 5 }');
  expect(findInFolder()).toMatchObject({ ok: true, config: { server: { port: 5 } } });
});

test('prefers SWITCHBOARD_CONFIG, relative to the working folder', () => {
  writeFileSync(join(folder, 'switchboard.yaml'), 'server: { port: 5 }');
  writeFileSync(join(folder, 'other.yaml'), 'server: { port: 6 }');
  expect(findInFolder({ SWITCHBOARD_CONFIG: 'other.yaml' })).toMatchObject({ config: { server: { port: 6 } } });
  expect(findInFolder({ SWITCHBOARD_CONFIG: join(folder, 'other.yaml') })).toMatchObject({
    config: { server: { port: 6 } },
  });
});

test('reports a named file that does not exist', () => {
  expect(findInFolder({ SWITCHBOARD_CONFIG: 'gone.yaml' })).toEqual({
    ok: false,
    errors: [{ file: 'gone.yaml', path: '', message: 'cannot be read: there is no such file' }],
    files: [join(folder, 'gone.yaml')],
  });
  expect(findInFolder({ SWITCHBOARD_CONFIG: 'gone.yaml', PORT: 'x' })).toMatchObject({
    errors: [{ file: 'environment', path: 'PORT' }, { file: 'gone.yaml' }],
  });
});

test('lists the files that the configuration is read from, also where one of them is missing or the configuration invalid', () => {
  writeFileSync(join(folder, 'secret'), 's');
  writeFileSync(join(folder, 'people.csv'), 'id\n1\n');
  const [secret, gone] = [join(folder, 'secret'), join(folder, 'gone.json')];
  const account = `name: "\${file:${secret}}", vendor: mailish, baseUrl: https://mail.example.com, clientSecret: "\${file:${gone}}"`;
  const people = join(folder, 'people.csv');
  writeFileSync(
    join(folder, 'switchboard.yaml'),
    `accounts: [{ ${account} }]\ntrustedDocuments: { manifest: ${gone} }\ndirectory: [{ csv: ${people} }, { ldif: ${gone} }, 7]`,
  );
  expect(findInFolder()).toMatchObject({
    ok: false,
    files: [join(folder, 'switchboard.yaml'), secret, gone, gone, people, gone],
  });
});
