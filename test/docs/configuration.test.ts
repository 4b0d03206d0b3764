import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { accountBaseSchema } from '../../src/config/account.ts';
import { formatConfigError } from '../../src/config/config-error.ts';
import { directoryFileSchema } from '../../src/config/directory-files/directory-file-settings.ts';
import { loadConfig } from '../../src/config/load.ts';
import { vendors } from '../../src/vendors/index.ts';

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** The object's keys with their defaults, as the table writes them. */
function describeKeys(schema: unknown): Readonly<Record<string, string>> {
  if (schema instanceof z.ZodPipe) return describeKeys(schema.in);
  if (!(schema instanceof z.ZodObject)) throw new Error('not an object');
  return Object.fromEntries(Object.entries(schema.shape).map(([key, value]) => [key, describeDefault(value)]));
}

function describeDefault(schema: unknown): string {
  if (schema instanceof z.ZodDefault) return `\`${JSON.stringify(schema.def.defaultValue)}\``;
  return schema instanceof z.ZodOptional ? 'none' : 'required';
}

const rows = [...read('docs/configuration.md').matchAll(/^\| `(\w+)` +\| (\w+) +\| (.+?) +\|/gm)].map(
  ([, key = '', vendor = '', value = '']) => ({ key, vendor, value }),
);

function rowsOf(vendor: string): Readonly<Record<string, string>> {
  return Object.fromEntries(rows.flatMap((row) => (row.vendor === vendor ? [[row.key, row.value]] : [])));
}

test('documents the keys of every account, with their defaults', () => {
  expect(rowsOf('all')).toEqual(describeKeys(accountBaseSchema));
});

test.each(vendors)('documents the keys of an account of $key, with their defaults', ({ key, config }) => {
  const common = new Set(Object.keys(accountBaseSchema.shape));
  const own = Object.entries(describeKeys(config)).filter(([name]) => !common.has(name));
  expect(rowsOf(key)).toEqual(Object.fromEntries(own));
});

test('documents no key twice, and no unknown vendor', () => {
  expect(new Set(rows.map(({ key, vendor }) => `${vendor} ${key}`)).size).toBe(rows.length);
  expect(new Set(rows.map(({ vendor }) => vendor))).toEqual(new Set(['all', ...vendors.map(({ key }) => key)]));
});

test('documents the keys of directory files', () => {
  const [, section = ''] = read('docs/configuration.md').split(/^## Directory files$/m);
  const [table = ''] = section.split('What the mapping does not name');
  const keys = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, key = '']) => key);
  expect(keys.toSorted()).toEqual(Object.keys(directoryFileSchema.shape).sort());
});

test('shows configurations in the README that load, the image’s with its host', () => {
  const examples = [...read('README.md').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
  expect(examples.length).toBeGreaterThan(0);
  for (const text of examples) {
    const env = { KORE_SECRET: 'made-up', WALLBOARD_KEY_SHA256: 'ab'.repeat(32), HOST: '0.0.0.0' };
    const loaded = loadConfig({ text: text.replaceAll('…', '0'), file: 'README', env, vendors });
    expect(loaded.ok ? [] : loaded.errors.map(formatConfigError)).toEqual([]);
  }
});
