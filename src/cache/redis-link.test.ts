import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../test/support/cache-harness.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { type FakeRedis, startFakeRedis } from '../../test/support/fake-redis.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { RedisDisconnectedError } from './redis-errors.ts';
import { createRedisLink } from './redis-link.ts';

failOnUnhandledRejection();

let redis: FakeRedis;
beforeEach(async () => {
  redis = await startFakeRedis();
});
afterEach(() => redis.close());

function setUp(url = redis.url) {
  const errors: unknown[] = [];
  return { link: createRedisLink(toRedisAddress(url), (error) => errors.push(error)), errors };
}

test('connects once, and again after the connection was discarded', async () => {
  const { link, errors } = setUp();
  expect(() => link.client()).toThrow(RedisDisconnectedError);
  await link.connect();
  const client = link.client();
  await link.connect();
  expect(link.client()).toBe(client);
  link.discard();
  expect(link.isReady()).toBe(false);
  await link.connect();
  expect(await link.client().get('a')).toBe('OK');
  link.discard();
  expect(errors).toEqual([]);
});

test('rejects a connect that is discarded on the way', async () => {
  const { link } = setUp();
  const connecting = link.connect();
  link.discard();
  expect(await rejectionOf(connecting)).toBeInstanceOf(RedisDisconnectedError);
  expect(link.isReady()).toBe(false);
});

test('leaves no connection open that is being established when it is discarded', async () => {
  redis.delaySetUp();
  const { link } = setUp();
  const connecting = rejectionOf(link.connect());
  await waitUntil(() => redis.connections().opened === 1);
  link.discard();
  await connecting;
  await waitUntil(() => redis.connections().open === 0);
});

test('opens no connection when it is discarded at once', async () => {
  const { link } = setUp();
  const connecting = rejectionOf(link.connect());
  link.discard();
  await connecting;
  const { link: other } = setUp();
  await other.connect();
  expect(redis.connections().opened).toBe(1);
  other.discard();
});

test('tries no further node after it was discarded', async () => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<Socket>();
  const silent = createServer(reach).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const { link } = setUp(`redis://127.0.0.1:${port},${new URL(redis.url).host}`);
  const connecting = rejectionOf(link.connect());
  const closed = once((await reached).resume(), 'close');
  link.discard();
  await Promise.all([connecting, closed]);
  silent.close();
  const { link: other } = setUp();
  await other.connect();
  expect(redis.connections().opened).toBe(1);
  other.discard();
});

test('rejects when nothing listens, without an error besides', async () => {
  const { link, errors } = setUp(`redis://127.0.0.1:${await findFreePort()}`);
  expect(await rejectionOf(link.connect())).toMatchObject({ code: 'ECONNREFUSED' });
  expect(errors).toEqual([]);
});

test('reports the loss of an open connection once', async () => {
  const { link, errors } = setUp();
  await link.connect();
  redis.respondWith('cut');
  await rejectionOf(link.client().get('a'));
  await waitUntil(() => errors.length > 0);
  expect(errors).toHaveLength(1);
  expect(link.isReady()).toBe(false);
});
