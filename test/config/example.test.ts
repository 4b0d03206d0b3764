import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { accountBase } from '../../src/config/account.ts';
import { loadConfig } from '../../src/config/load.ts';
import { describeProblem } from '../../src/config/problem.ts';
import { settings } from '../../src/config/settings.ts';
import { vendors } from '../../src/vendors/index.ts';

const example = readFileSync(new URL('../../switchboard.example.yaml', import.meta.url), 'utf8');

const env: Record<string, string> = {};
for (const [, name = ''] of example.matchAll(/(?<!\$)\$\{(\w+)\}/g)) env[name] = `made-up-${name.toLowerCase()}`;
env.WALLBOARD_KEY_SHA256 = 'ab'.repeat(32);

/** The names of all keys of a form, however deep. */
function keysOf(form: unknown): readonly string[] {
  if (form instanceof z.ZodObject) {
    return Object.entries(form.shape).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
  }
  if (form instanceof z.ZodArray) return keysOf(form.element);
  if (form instanceof z.ZodPipe) return keysOf(form.in);
  if (form instanceof z.ZodOptional || form instanceof z.ZodDefault || form instanceof z.ZodPrefault) {
    return keysOf(form.unwrap());
  }
  return [];
}
const known = new Set([...keysOf(z.object(settings)), ...vendors.flatMap(({ config }) => keysOf(config)), 'accounts']);

/** The example with every key that is behind a # in force, too. */
const complete = example.replace(/^( *)# (\w+)(:.*)$/gm, (line, indent: string, key: string, rest: string) =>
  known.has(key) ? `${indent}${key}${rest}` : line,
);

function problemsOf(text: string) {
  const loaded = loadConfig({ text, file: 'example', env, vendors });
  return loaded.ok ? [] : loaded.problems.map(describeProblem);
}

test('the example is a whole configuration', () => {
  expect(problemsOf(example)).toEqual([]);
});

test('so it is with everything that is behind a #', () => {
  expect(complete).not.toBe(example);
  expect(problemsOf(complete)).toEqual([]);
});

test('every key of the settings stands in it', () => {
  const names = keysOf(z.object(settings));
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((key) => !new RegExp(`^[ -]*${key}:`, 'm').test(complete))).toEqual([]);
});

test.each(vendors)('an account with $key stands in it, with every key', ({ key, config }) => {
  const { accounts } = parse(complete) as { readonly accounts: readonly Readonly<Record<string, unknown>>[] };
  const entry = accounts.find(({ vendor }) => vendor === key) ?? {};
  // These are told of once, above all accounts.
  const everyVendors = new Set(Object.keys(accountBase.shape));
  const names = keysOf(config).filter((name) => !everyVendors.has(name));
  expect(names.length).toBeGreaterThan(0);
  expect(Object.keys(entry)).toEqual(expect.arrayContaining(['name', 'vendor', 'baseUrl', ...names]));
});

test('what it shows as defaults are the defaults', () => {
  const shown = loadConfig({ text: example, file: 'example', env, vendors });
  // The example without every line whose key has a default must come to the same.
  const bare = example
    .replace(/^(server|limits|cache):\n(( .*)?\n)+/gm, '')
    .replace(
      /^ +(timeoutMs|concurrency|queue|retries|breaker|rateGate|discover\w*|maxDaysPerCall|algorithm|token\w+|fileHosts|\w+Hours|retentionDays|maxFileBytes|patterns|credentialsIn|apiVersion|scopes):.*\n/gm,
      '',
    );
  expect(bare.length).toBeLessThan(example.length - 1500);
  expect(loadConfig({ text: bare, file: 'example', env, vendors })).toEqual(shown);
});
