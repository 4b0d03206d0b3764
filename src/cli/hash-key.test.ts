import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type CommandFolder, createCommandFolder } from '../../test/support/cli.ts';
import { loadConfig } from '../config/load.ts';
import { createApiKeyVerifier } from '../server/api-keys.ts';
import { vendors } from '../vendors/index.ts';

let folder: CommandFolder;
beforeAll(() => {
  folder = createCommandFolder();
});
afterAll(() => {
  folder.remove();
});

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

test('prints a random key once, and an entry with which the gateway accepts it', async () => {
  const args = ['hash-key', '--name', 'wallboard', '--scope', 'read', '--scope', 'explain', '--account', 'kore-main'];
  const [first, second] = await Promise.all([folder.run(args), folder.run(args)]);
  expect([first.status, first.err]).toEqual([0, '']);
  const [, key = '', yaml = ''] = /^ {2}(\S+)$[^]*?(auth:[^]*)/m.exec(first.out) ?? [];
  expect(Buffer.from(key, 'base64url')).toHaveLength(32);
  expect(first.out.split(key)).toHaveLength(2);
  expect(second.out).not.toContain(key);
  const account =
    '{ name: kore-main, vendor: kore, baseUrl: "https://k", accountId: a, streamId: s, clientId: c, clientSecret: s }';
  const loaded = loadConfig({ text: `${yaml}\naccounts: [${account}]`, file: 'test', env: {}, vendors });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  expect(createApiKeyVerifier(loaded.config.auth?.apiKeys ?? [])(key)).toMatchObject({
    name: 'wallboard',
    accounts: new Set(['kore-main']),
    scopes: new Set(['read', 'explain']),
  });
});

test('prints JSON for scripts', async () => {
  const { out } = await folder.run(['hash-key', '--json']);
  const { key, ...entry } = JSON.parse(out) as { readonly key: string };
  expect(entry).toEqual({ name: 'caller', sha256: digestOf(key) });
});

describe('with --stdin', () => {
  test('hashes an existing key without its final newline, and does not print it', async () => {
    const key = 'CANARY-of-an-existing-key=';
    const { status, out, err } = await folder.run(['hash-key', '--stdin'], { input: `${key}\n` });
    expect([status, err]).toEqual([0, '']);
    expect(out).not.toContain('CANARY');
    expect(parse(out)).toEqual({ auth: { apiKeys: [{ name: 'caller', sha256: digestOf(key) }] } });
    const json = await folder.run(['hash-key', '--stdin', '--json'], { input: key });
    expect(JSON.parse(json.out)).toEqual({ name: 'caller', sha256: digestOf(key) });
  });

  test.each([
    ['CANARY', 'the key must have at least 16 characters'],
    ['CANARY with blanks in it', 'the key must be letters, digits and -._~+/ only: it is sent as a bearer token'],
  ])('rejects the key "%s", which it does not print', async (input, message) => {
    expect(await folder.run(['hash-key', '--stdin'], { input })).toEqual({ status: 1, out: '', err: `${message}\n` });
  });
});

test.each([
  [['--scope', 'raed'], '--scope must be one of read, introspect, explain, metrics'],
  [['--name', ''], '--name must have 1 to 64 characters'],
])('rejects %j', async (args, problem) => {
  const { status, err } = await folder.run(['hash-key', ...args]);
  expect([status, err.split('\n')[0]]).toEqual([2, expect.stringContaining(problem)]);
});
