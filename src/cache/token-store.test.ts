/** @needs redis-server */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLeases } from './leases.ts';
import { connectRedis, type RedisConnection as Connection } from './redis.ts';
import { createSharedTokenStore, type SharedToken, type TokenRequest } from './token-store.ts';
import { Secret } from '../config/secret.ts';
import { systemClock } from '../domain/clock.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { toPatientClock } from '../../test/support/cache-harness.ts';

failOnUnhandledRejection();

const SECRET = new Secret('CANARY-client-secret');

let redis: RedisServer;
let connections: Connection[];
/** Operations that failed. */
let failures: string[];
beforeEach(async () => {
  redis = await startRedisServer();
  [connections, failures] = [[], []];
});
afterEach(async () => {
  redis.thaw();
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.kill();
});

/** What a process does who wants the account's token; counts how often it fetches one. */
function startProcess({ url = redis.url, clock = toPatientClock(systemClock), identity: fingerprint = 'vcc' } = {}) {
  const connection = connectRedis(url, clock, { onError: (operation) => failures.push(operation) });
  connections.push(connection);
  const leases = createLeases(connection, 5000);
  const vault = createSharedTokenStore({
    redis: connection,
    leases,
    clock,
    fingerprint,
    shutdownSignal: new AbortController().signal,
  });
  let fetched = 0;
  const obtain = (overrides: Partial<TokenRequest> = {}) =>
    vault.getOrFetch({
      name: 'connect/token',
      secret: SECRET,
      isUsable: ({ renewAt }) => renewAt > Date.now(),
      fetch: () => {
        fetched += 1;
        return Promise.resolve(token(`CANARY-token-${fetched}`));
      },
      ...overrides,
    });
  return { obtain, fetched: () => fetched };
}

function token(text: string, lifeMs = 60_000): SharedToken {
  return { text: new Secret(text), renewAt: Date.now() + lifeMs * 0.9, expiresAt: Date.now() + lifeMs };
}

/** The one thing of its kind in Redis, once it is there. */
async function readStoredToken(): Promise<{ readonly name: string; readonly text: string }> {
  for (;;) {
    const name = (await redis.command('KEYS', '*:token::*')).split('\r\n').find((line) => line.includes('token'));
    if (name !== undefined) return { name, text: await redis.command('GET', name) };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a token', () => {
  test('is fetched by one process and used by all', async () => {
    const processes = [startProcess(), startProcess(), startProcess()];
    const tokens = await Promise.all(processes.map(({ obtain }) => obtain()));
    expect(tokens.map(({ text }) => text.reveal())).toEqual(Array(3).fill('CANARY-token-1'));
    expect(processes.map(({ fetched }) => fetched()).reduce((a, b) => a + b)).toBe(1);
    await readStoredToken();
    const late = startProcess();
    expect((await late.obtain()).text.reveal()).toBe('CANARY-token-1');
    expect(late.fetched()).toBe(0);
  });

  test('cannot be read in Redis, neither it nor what it was got with, and goes when it expires', async () => {
    await startProcess().obtain();
    const { name, text } = await readStoredToken();
    for (const said of [name, text, Buffer.from(text, 'base64url').toString('latin1')]) {
      expect(said).not.toMatch(/CANARY|expiresAt|connect/);
    }
    const left = Number((await redis.command('PTTL', name)).slice(1));
    expect(left).toBeGreaterThan(30_000);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  test('that is not usable is fetched anew, and the new one is shared', async () => {
    const [one, two] = [startProcess(), startProcess()];
    await one.obtain();
    await readStoredToken();
    const isUsable = ({ text }: SharedToken) => text.reveal() !== 'CANARY-token-1';
    const renewed = { isUsable, fetch: () => Promise.resolve(token('CANARY-token-2')) };
    expect((await two.obtain(renewed)).text.reveal()).toBe('CANARY-token-2');
    const third = startProcess();
    for (const end = Date.now() + 30_000; (await third.obtain()).text.reveal() !== 'CANARY-token-2';) {
      if (Date.now() > end) throw new Error('the new token did not arrive');
    }
    expect(third.fetched()).toBe(0);
  });

  test('that has expired already is not shared', async () => {
    const [one, two] = [startProcess(), startProcess()];
    await one.obtain({ fetch: () => Promise.resolve(token('CANARY-gone', 0)) });
    await two.obtain();
    expect(two.fetched()).toBe(1);
    // Redis refuses to keep anything for no time.
    expect(failures).toEqual([]);
  });

  test.each<[string, Partial<Parameters<typeof startProcess>[0]>, Partial<TokenRequest>]>([
    ['another account', { identity: 'vcc-test' }, {}],
    ['another secret', {}, { secret: new Secret('another') }],
    ['another name', {}, { name: 'another' }],
  ])('is not for %s', async (_whom, options, wanted) => {
    await startProcess().obtain();
    await readStoredToken();
    const other = startProcess(options);
    await other.obtain(wanted);
    expect(other.fetched()).toBe(1);
  });

  test('that somebody tampered with is none', async () => {
    await startProcess().obtain();
    const { name } = await readStoredToken();
    await redis.command('SET', name, '{"text":"mine","renewAt":9999999999999,"expiresAt":9999999999999}');
    const other = startProcess();
    expect((await other.obtain()).text.reveal()).toBe('CANARY-token-1');
    expect(other.fetched()).toBe(1);
  });
});

test('a failure to get one is for whoever tried; the next process tries for itself', async () => {
  const error = new Error('refused');
  expect(await rejectionOf(startProcess().obtain({ fetch: () => Promise.reject(error) }))).toBe(error);
  const other = startProcess();
  await other.obtain();
  expect(other.fetched()).toBe(1);
});

test.each(['down', 'frozen'])('with Redis %s every process gets its own', async (how) => {
  const url = how === 'down' ? `redis://127.0.0.1:${await findFreePort()}` : redis.url;
  if (how === 'frozen') redis.freeze();
  const processes = [startProcess({ url, clock: systemClock }), startProcess({ url, clock: systemClock })];
  await Promise.all(processes.map(({ obtain }) => obtain()));
  expect(processes.map(({ fetched }) => fetched())).toEqual([1, 1]);
});
