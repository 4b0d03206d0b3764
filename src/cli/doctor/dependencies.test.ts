/** @needs redis-server */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedisServer } from '../../../test/support/redis-server.ts';
import { loadConfig } from '../../config/load.ts';
import { checkDependencies } from './dependencies.ts';

async function check(text: string) {
  const loaded = loadConfig({ text, file: 'test', env: {}, vendors: [] });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return checkDependencies(loaded.config);
}

test('looks at nothing that is not configured', async () => {
  expect(await check('accounts: []')).toEqual([]);
});

describe('Redis', () => {
  test('is ok where it takes a write', async () => {
    const redis = await startRedisServer();
    expect(await check(`cache: { url: "${redis.url}" }`)).toEqual([
      { subject: 'cache.url', outcome: 'ok', message: expect.stringMatching(/^Redis takes writes \(\d+ ms/) },
    ]);
    await redis.kill();
  });

  test('needs its password, which no message contains', async () => {
    const redis = await startRedisServer('--requirepass', 'right');
    const [finding] = await check(`cache: { url: "redis://:CANARY@127.0.0.1:${redis.port}" }`);
    expect(finding).toMatchObject({
      outcome: 'failed',
      remedy: 'check the user name and password in cache.url, and what the user may do',
    });
    expect(JSON.stringify(finding)).not.toContain('CANARY');
    await redis.kill();
  });

  test('is not usable while it cannot be written to', async () => {
    const redis = await startRedisServer('--replicaof', '127.0.0.1', '1');
    expect(await check(`cache: { url: "${redis.url}" }`)).toMatchObject([
      { outcome: 'failed', remedy: expect.stringContaining('names a replica') },
    ]);
    await redis.kill();
  });
});

describe('the issuer', () => {
  let server: Server;
  let url: string;
  let answer = { status: 200, body: '' };
  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => {
    server.close();
  });

  test.each([
    [200, '{"keys":[{"kty":"RSA"}]}', 'ok', 'the issuer has 1 key'],
    [200, '{"keys":[]}', 'failed', 'the issuer’s keys cannot be read: the answer has no keys'],
    [404, '', 'failed', 'the issuer’s keys cannot be read: HTTP 404'],
    [200, '<html>', 'failed', 'the issuer’s keys cannot be read: '],
  ])('that answers %d %s is %s', async (status, body, outcome, message) => {
    answer = { status, body };
    expect(await check(`auth: { jwt: { issuer: i, audience: a, jwksUri: "${url}" } }`)).toMatchObject([
      { subject: 'auth.jwt.jwksUri', outcome, message: expect.stringContaining(message) },
    ]);
  });
});

describe('the file of the cache', () => {
  async function checkPath(path: string) {
    const loaded = loadConfig({ text: 'accounts: []', file: 'test', env: {}, vendors: [] });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
    const { config } = loaded;
    return checkDependencies({ ...config, cache: { ...config.cache, path } });
  }

  test('is ok in a folder that may be written to, whether or not it is there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-doctor-'));
    expect(await checkPath(join(folder, 'cache.db'))).toEqual([
      { subject: 'cache.path', outcome: 'ok', message: `${folder} is writable` },
    ]);
    writeFileSync(join(folder, 'cache.db'), '');
    expect(await checkPath(join(folder, 'cache.db'))).toMatchObject([{ message: `${folder}/cache.db is writable` }]);
    rmSync(folder, { recursive: true });
  });

  test('fails in a folder that does not exist', async () => {
    expect(await checkPath('/no/such/folder/cache.db')).toEqual([
      {
        subject: 'cache.path',
        outcome: 'failed',
        message: '/no/such/folder is not writable: there is no such file',
        remedy: 'create the folder and give it to the gateway’s user',
      },
    ]);
  });
});
