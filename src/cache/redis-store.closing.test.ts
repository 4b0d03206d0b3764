/** @needs redis-server */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { findFreePort } from '../../test/support/free-port.ts';
import { createRedisStores } from '../../test/support/redis-store-harness.ts';

const { redis } = createRedisStores();

describe('close', () => {
  const SCRIPT = `
    const { createRedisStore } = await import(process.argv[1]);
    const { connectRedis } = await import(process.argv[2]);
    const { systemClock } = await import(process.argv[3]);
    const { parseRedisUrls } = await import(process.argv[5]);
    const store = createRedisStore(connectRedis(parseRedisUrls([process.argv[4]]).address, systemClock, { onError: () => {} }), systemClock);
    const now = Date.now();
    void store.set('a', { value: 1, fetchedAt: now, freshUntil: now + 1000, expiresAt: now + 1000 });
    await store.getMany(['a']);
    await store.close();
  `;
  const modules = ['./redis-store.ts', './redis.ts', '../domain/clock.ts'].map(
    (path) => new URL(path, import.meta.url).href,
  );

  const ADDRESS_MODULE = new URL('../config/redis-address.ts', import.meta.url).href;

  async function runToExit(url: string): Promise<unknown> {
    const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, ...modules, url, ADDRESS_MODULE], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const giveUp = setTimeout(() => child.kill('SIGKILL'), 60_000);
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(giveUp);
    return code;
  }

  test('lets the process exit after close', async () => {
    expect(await runToExit(redis().url)).toBe(0);
  });

  test('lets the process exit after close while Redis is frozen', async () => {
    redis().freeze();
    expect(await runToExit(redis().url)).toBe(0);
  });

  test('lets the process exit after close while Redis is down', async () => {
    expect(await runToExit(`redis://127.0.0.1:${await findFreePort()}`)).toBe(0);
  });
});
