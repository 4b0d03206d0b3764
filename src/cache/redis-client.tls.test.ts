/** @needs redis-server */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startRedisWithTls } from '../../test/support/redis-topologies.ts';

const PASSWORD = 'CANARY/:@%';

let redis: Awaited<ReturnType<typeof startRedisWithTls>>;
beforeEach(async () => {
  redis = await startRedisWithTls(PASSWORD);
});
afterEach(() => redis.stop());

/** Node reads the certificates to trust when it starts, so the client runs in a process of its own. */
const SCRIPT = `
  const [connectModule, addressModule, clockModule, url] = process.argv.slice(1);
  const { connectRedis } = await import(connectModule);
  const { parseRedisUrls } = await import(addressModule);
  const { systemClock } = await import(clockModule);
  const patient = { ...systemClock, setTimer: (ms, callback) => systemClock.setTimer(ms * 50, callback) };
  const connection = connectRedis(parseRedisUrls([url]).address, patient, {
    onError: (operation, error) => console.log(operation, String(error)),
  });
  console.log(await connection.tryRun('set', 'failed', (client) => client.set('a', 'b')));
  await connection.close();
`;
const modules = ['./redis.ts', '../config/redis-address.ts', '../domain/clock.ts'].map(
  (path) => new URL(path, import.meta.url).href,
);

async function runClient(url: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', SCRIPT, ...modules, url],
    { env: { ...process.env, ...env } },
  );
  expect(stdout + stderr).not.toContain('CANARY');
  return stdout.trim();
}

test('uses TLS and the password, with a certificate that Node trusts', async () => {
  expect(await runClient(redis.urls[0] ?? '', { NODE_EXTRA_CA_CERTS: redis.caFile })).toBe('OK');
});

test('refuses a certificate that Node does not trust', async () => {
  expect(await runClient(redis.urls[0] ?? '', {})).toMatch(/^connection Error: self-signed certificate.*\nfailed$/);
});

test('reports a wrong password without repeating it', async () => {
  const url = (redis.urls[0] ?? '').replace('CANARY', 'CANARY-wrong');
  const output = await runClient(url, { NODE_EXTRA_CA_CERTS: redis.caFile });
  expect(output).toMatch(/^connection \w+: WRONGPASS .*\nfailed$/);
});
