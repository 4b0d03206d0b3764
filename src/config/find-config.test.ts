import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findConfig } from './find-config.ts';
import { vendors } from '../../test/support/config-harness.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const findInFolder = (env: Record<string, string> = {}) => findConfig(env, folder, vendors);

test('nothing is configured where neither the variable nor the file is there', () => {
  expect(findInFolder()).toBeNull();
  expect(findInFolder({ SWITCHBOARD_CONFIG: '' })).toBeNull();
});

test('switchboard.yaml in the working folder is taken', () => {
  writeFileSync(join(folder, 'switchboard.yaml'), 'server: { port: 5 }');
  expect(findInFolder()).toMatchObject({ ok: true, config: { server: { port: 5 } } });
});

test('SWITCHBOARD_CONFIG goes before it, relative to the working folder', () => {
  writeFileSync(join(folder, 'switchboard.yaml'), 'server: { port: 5 }');
  writeFileSync(join(folder, 'other.yaml'), 'server: { port: 6 }');
  expect(findInFolder({ SWITCHBOARD_CONFIG: 'other.yaml' })).toMatchObject({ config: { server: { port: 6 } } });
  expect(findInFolder({ SWITCHBOARD_CONFIG: join(folder, 'other.yaml') })).toMatchObject({
    config: { server: { port: 6 } },
  });
});

test('a file that is named and not there is a problem, not a reason to run without', () => {
  expect(findInFolder({ SWITCHBOARD_CONFIG: 'gone.yaml' })).toEqual({
    ok: false,
    errors: [{ file: 'gone.yaml', path: '', message: 'cannot be read (ENOENT)' }],
  });
  expect(findInFolder({ SWITCHBOARD_CONFIG: 'gone.yaml', PORT: 'x' })).toMatchObject({
    errors: [{ file: 'environment', path: 'PORT' }, { file: 'gone.yaml' }],
  });
});
