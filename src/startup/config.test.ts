import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../domain/clock.ts';
import { vendors } from '../vendors/index.ts';
import { loadStartupConfig } from './config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'startup-'));
});
afterAll(() => rm(folder, { recursive: true }));

function load(env: Readonly<Record<string, string>>) {
  return loadStartupConfig({ env, folder, clock: systemClock, vendors });
}

test('starts the sandbox and returns its configuration when nothing is configured', async () => {
  const startup = await load({ PORT: '0' });
  if (!startup.ok) throw new Error('no configuration');

  expect([...new Set(startup.config.accounts.map(({ vendor }) => vendor))]).toEqual(vendors.map(({ key }) => key));
  await startup.sandbox?.stop();
});

test('returns the configuration that SWITCHBOARD_CONFIG names, without a sandbox', async () => {
  const file = join(folder, 'mine.yaml');
  await writeFile(file, 'accounts: [{ name: bots, vendor: avaamo, baseUrl: "http://127.0.0.1:9", accessToken: t }]\n');

  expect(await load({ SWITCHBOARD_CONFIG: file })).toMatchObject({
    ok: true,
    sandbox: null,
    config: { accounts: [{ name: 'bots' }] },
  });
});

test('rejects a host other than loopback for the sandbox, with its value and a remedy, and reports PORT as well', async () => {
  expect(await load({ HOST: '0.0.0.0', PORT: 'http' })).toEqual({
    ok: false,
    errors: [
      expect.objectContaining({ path: 'PORT' }),
      {
        file: 'environment',
        path: 'HOST',
        message:
          '0.0.0.0 is not a loopback host, and nothing is configured: the sandbox, which has no auth, is served on ' +
          'loopback hosts only. Unset HOST, or set SWITCHBOARD_CONFIG to a configuration with `auth`.',
      },
    ],
  });
});
