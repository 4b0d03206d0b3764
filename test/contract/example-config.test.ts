import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { accountBaseSchema } from '../../src/config/account.ts';
import { formatConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load.ts';
import { settingsShape } from '../../src/config/settings.ts';
import { vendors } from '../../src/vendors/index.ts';

const example = readFileSync(new URL('../../switchboard.example.yaml', import.meta.url), 'utf8');

const env: Record<string, string> = {};
for (const [, name = ''] of example.matchAll(/(?<!\$)\$\{(\w+)\}/g)) env[name] = `made-up-${name.toLowerCase()}`;
env.WALLBOARD_KEY_SHA256 = 'ab'.repeat(32);

/** Returns the names of all keys of a schema, at any depth. */
function keysOf(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
  }
  if (schema instanceof z.ZodArray) return keysOf(schema.element);
  if (schema instanceof z.ZodPipe) return keysOf(schema.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return keysOf(schema.unwrap());
  }
  return [];
}
const knownKeys = new Set([
  ...keysOf(z.object(settingsShape)),
  ...vendors.flatMap(({ config }) => keysOf(config)),
  'accounts',
]);

/** The example with all commented-out keys enabled. */
const uncommented = example.replace(/^( *)# (\w+)(:.*)$/gm, (line, indent: string, key: string, rest: string) =>
  knownKeys.has(key) ? `${indent}${key}${rest}` : line,
);

function errorLines(text: string) {
  const loaded = loadConfig({ text, file: 'example', env, vendors });
  return loaded.ok ? [] : loaded.errors.map(formatConfigError);
}

test('loads the example configuration', () => {
  expect(errorLines(example)).toEqual([]);
});

test.each(['url', 'path'])(
  'loads the example with all commented-out keys enabled, of `url` and `path` without %s',
  (key) => {
    expect(uncommented).not.toBe(example);
    expect(errorLines(uncommented.replace(new RegExp(`^  ${key}: .*\\n`, 'm'), ''))).toEqual([]);
  },
);

test('shows every settings key in the example configuration', () => {
  const names = keysOf(z.object(settingsShape));
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((key) => !new RegExp(`(?:^[ -]*|[{,] )${key}:`, 'm').test(uncommented))).toEqual([]);
});

test.each(vendors)('shows an account of $key with every key in the example configuration', ({ key, config }) => {
  const { accounts } = parse(uncommented) as { readonly accounts: readonly Readonly<Record<string, unknown>>[] };
  const account = accounts.find(({ vendor }) => vendor === key) ?? {};
  // These are documented once, above all accounts.
  const commonKeys = new Set(Object.keys(accountBaseSchema.shape));
  const names = keysOf(config).filter((name) => !commonKeys.has(name));
  expect(names.length).toBeGreaterThan(0);
  expect(Object.keys(account)).toEqual(expect.arrayContaining(['name', 'vendor', 'baseUrl', ...names]));
});

test('shows the real default values in the example configuration', () => {
  const loaded = loadConfig({ text: example, file: 'example', env, vendors });
  // Without the lines whose keys have defaults, the example must load to the same configuration.
  const bare = example
    .replace(/^(server|limits|cache):\n(( .*)?\n)+/gm, '')
    .replace(
      /^ +(timeoutMs|connectTimeoutMs|headers|concurrency|maxQueued|maxRetries|circuitBreaker|honorRetryAfter|discover\w*|maxDaysPerCall|algorithm|token\w+|fileHosts|\w+Hours|retentionDays|maxFileBytes|patterns|credentialsIn|apiVersion|scopes):.*\n/gm,
      '',
    );
  expect(bare.length).toBeLessThan(example.length - 1500);
  expect(loadConfig({ text: bare, file: 'example', env, vendors })).toEqual(loaded);
});
