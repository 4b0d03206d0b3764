/** @needs redis-server */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { toPatientClock } from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { Secret } from '../config/secret.ts';
import { systemClock } from '../domain/clock.ts';
import { createLeases } from './leases.ts';
import { connectRedis, type RedisConnection as Connection } from './redis.ts';
import { createSteadyClock } from './steady-clock.ts';
import { createSharedTokenStore, type SharedToken, type TokenRequest } from './token-store.ts';

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

/** Starts a process that requests the account's token, and counts its fetches. */
function startProcess({ url = redis.url, clock = toPatientClock(systemClock), fingerprint = 'vcc' } = {}) {
  const connection = connectRedis(toRedisAddress(url), clock, { onError: (operation) => failures.push(operation) });
  connections.push(connection);
  const leases = createLeases(connection, 5000);
  const tokenStore = createSharedTokenStore({
    redis: connection,
    leases,
    clock: createSteadyClock(clock),
    fingerprint,
    shutdownSignal: new AbortController().signal,
  });
  let fetched = 0;
  const getToken = (overrides: Partial<TokenRequest> = {}) =>
    tokenStore.getOrFetch({
      name: 'connect/token',
      secret: SECRET,
      isUsable: ({ renewAt }) => renewAt > Date.now(),
      fetch: () => {
        fetched += 1;
        return Promise.resolve(token(`CANARY-token-${fetched}`));
      },
      ...overrides,
    });
  return { getToken, fetched: () => fetched };
}

function token(text: string, lifeMs = 60_000): SharedToken {
  return { text: new Secret(text), renewAt: Date.now() + lifeMs * 0.9, expiresAt: Date.now() + lifeMs };
}

/** Returns the only token in Redis, once it is stored. */
async function readStoredToken(): Promise<{ readonly name: string; readonly text: string }> {
  for (;;) {
    const name = (await redis.command('KEYS', '*:token::*')).split('\r\n').find((line) => line.includes('token'));
    if (name !== undefined) return { name, text: await redis.command('GET', name) };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a shared token', () => {
  test('fetches a token in one process and shares it with all', async () => {
    const processes = [startProcess(), startProcess(), startProcess()];
    const tokens = await Promise.all(processes.map(({ getToken }) => getToken()));
    expect(tokens.map(({ text }) => text.reveal())).toEqual(Array(3).fill('CANARY-token-1'));
    expect(processes.map(({ fetched }) => fetched()).reduce((a, b) => a + b)).toBe(1);
    await readStoredToken();
    const late = startProcess();
    expect((await late.getToken()).text.reveal()).toBe('CANARY-token-1');
    expect(late.fetched()).toBe(0);
  });

  test('stores a token encrypted in Redis and expires it there', async () => {
    await startProcess().getToken();
    const { name, text } = await readStoredToken();
    for (const stored of [name, text, Buffer.from(text, 'base64url').toString('latin1')]) {
      expect(stored).not.toMatch(/CANARY|expiresAt|connect/);
    }
    const left = Number((await redis.command('PTTL', name)).slice(1));
    expect(left).toBeGreaterThan(30_000);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  test('fetches a new token when the shared one is not usable, and shares the new one', async () => {
    const [processA, processB] = [startProcess(), startProcess()];
    await processA.getToken();
    await readStoredToken();
    const isUsable = ({ text }: SharedToken) => text.reveal() !== 'CANARY-token-1';
    const renewed = { isUsable, fetch: () => Promise.resolve(token('CANARY-token-2')) };
    expect((await processB.getToken(renewed)).text.reveal()).toBe('CANARY-token-2');
    const third = startProcess();
    for (const end = Date.now() + 30_000; (await third.getToken()).text.reveal() !== 'CANARY-token-2';) {
      if (Date.now() > end) throw new Error('the new token did not arrive');
    }
    expect(third.fetched()).toBe(0);
  });

  test('does not share a token that has already expired', async () => {
    const [processA, processB] = [startProcess(), startProcess()];
    await processA.getToken({ fetch: () => Promise.resolve(token('CANARY-expired', 0)) });
    await processB.getToken();
    expect(processB.fetched()).toBe(1);
    // Redis rejects a TTL of 0, so nothing must be sent.
    expect(failures).toEqual([]);
  });

  test.each<[string, Partial<Parameters<typeof startProcess>[0]>, Partial<TokenRequest>]>([
    ['another account', { fingerprint: 'vcc-test' }, {}],
    ['another secret', {}, { secret: new Secret('another') }],
    ['another name', {}, { name: 'another' }],
  ])('does not share a token with %s', async (_case, options, overrides) => {
    await startProcess().getToken();
    await readStoredToken();
    const other = startProcess(options);
    await other.getToken(overrides);
    expect(other.fetched()).toBe(1);
  });

  test('ignores a token that was tampered with', async () => {
    await startProcess().getToken();
    const { name } = await readStoredToken();
    await redis.command('SET', name, '{"text":"mine","renewAt":9999999999999,"expiresAt":9999999999999}');
    const other = startProcess();
    expect((await other.getToken()).text.reveal()).toBe('CANARY-token-1');
    expect(other.fetched()).toBe(1);
  });
});

test('rejects with a failed fetch only in its own process; the next process fetches for itself', async () => {
  const error = new Error('refused');
  expect(await rejectionOf(startProcess().getToken({ fetch: () => Promise.reject(error) }))).toBe(error);
  const other = startProcess();
  await other.getToken();
  expect(other.fetched()).toBe(1);
});

test.each(['down', 'frozen'])('fetches a token in every process while Redis is %s', async (state) => {
  const url = state === 'down' ? `redis://127.0.0.1:${await findFreePort()}` : redis.url;
  if (state === 'frozen') redis.freeze();
  const processes = [startProcess({ url, clock: systemClock }), startProcess({ url, clock: systemClock })];
  await Promise.all(processes.map(({ getToken }) => getToken()));
  expect(processes.map(({ fetched }) => fetched())).toEqual([1, 1]);
});
