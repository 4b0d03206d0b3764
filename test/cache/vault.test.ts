import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLeases } from '../../src/cache/leases.ts';
import { connectRedis, type Redis as Connection } from '../../src/cache/redis.ts';
import { createVault, type SharedToken, type Wanted } from '../../src/cache/vault.ts';
import { Secret } from '../../src/config/secret.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { rejection } from '../support/caught.ts';
import { freePort } from '../support/free-port.ts';
import { type Redis, startRedis } from '../support/redis.ts';
import { failOnUnhandled } from '../support/unhandled.ts';
import { patient } from './support.ts';

failOnUnhandled();

const SECRET = new Secret('CANARY-client-secret');

let redis: Redis;
let connections: Connection[];
/** Operations that failed. */
let failures: string[];
beforeEach(async () => {
  redis = await startRedis();
  [connections, failures] = [[], []];
});
afterEach(async () => {
  redis.thaw();
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.kill();
});

/** What a process does who wants the account's token; counts how often it fetches one. */
function startProcess({ url = redis.url, clock = patient(systemClock), identity = 'vcc' } = {}) {
  const connection = connectRedis(url, clock, { onError: (operation) => failures.push(operation) });
  connections.push(connection);
  const leases = createLeases(connection, 5000);
  const vault = createVault({ redis: connection, leases, clock, identity, closing: new AbortController().signal });
  let fetched = 0;
  const obtain = (more: Partial<Wanted> = {}) =>
    vault.obtain({
      name: 'connect/token',
      secret: SECRET,
      isUsable: ({ renewAt }) => renewAt > Date.now(),
      fetch: () => {
        fetched += 1;
        return Promise.resolve(token(`CANARY-token-${fetched}`));
      },
      ...more,
    });
  return { obtain, fetched: () => fetched };
}

function token(text: string, lifeMs = 60_000): SharedToken {
  return { text: new Secret(text), renewAt: Date.now() + lifeMs * 0.9, expiresAt: Date.now() + lifeMs };
}

/** The one thing of its kind in Redis, once it is there. */
async function stored(): Promise<{ readonly name: string; readonly text: string }> {
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
    await stored();
    const late = startProcess();
    expect((await late.obtain()).text.reveal()).toBe('CANARY-token-1');
    expect(late.fetched()).toBe(0);
  });

  test('cannot be read in Redis, neither it nor what it was got with, and goes when it expires', async () => {
    await startProcess().obtain();
    const { name, text } = await stored();
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
    await stored();
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

  test.each<[string, Partial<Parameters<typeof startProcess>[0]>, Partial<Wanted>]>([
    ['another account', { identity: 'vcc-test' }, {}],
    ['another secret', {}, { secret: new Secret('another') }],
    ['another name', {}, { name: 'another' }],
  ])('is not for %s', async (_whom, options, wanted) => {
    await startProcess().obtain();
    await stored();
    const other = startProcess(options);
    await other.obtain(wanted);
    expect(other.fetched()).toBe(1);
  });

  test('that somebody tampered with is none', async () => {
    await startProcess().obtain();
    const { name } = await stored();
    await redis.command('SET', name, '{"text":"mine","renewAt":9999999999999,"expiresAt":9999999999999}');
    const other = startProcess();
    expect((await other.obtain()).text.reveal()).toBe('CANARY-token-1');
    expect(other.fetched()).toBe(1);
  });
});

test('a failure to get one is for whoever tried; the next process tries for itself', async () => {
  const error = new Error('refused');
  expect(await rejection(startProcess().obtain({ fetch: () => Promise.reject(error) }))).toBe(error);
  const other = startProcess();
  await other.obtain();
  expect(other.fetched()).toBe(1);
});

test.each(['down', 'frozen'])('with Redis %s every process gets its own', async (how) => {
  const url = how === 'down' ? `redis://127.0.0.1:${await freePort()}` : redis.url;
  if (how === 'frozen') redis.freeze();
  const processes = [startProcess({ url, clock: systemClock }), startProcess({ url, clock: systemClock })];
  await Promise.all(processes.map(({ obtain }) => obtain()));
  expect(processes.map(({ fetched }) => fetched())).toEqual([1, 1]);
});
