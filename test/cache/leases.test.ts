import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLeases, type Leases } from '../../src/cache/leases.ts';
import { connectRedis, type Redis } from '../../src/cache/redis.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { type FakeRedis, startFakeRedis } from '../support/fake-redis.ts';
import { failOnUnhandled } from '../support/unhandled.ts';
import { patient, until } from './support.ts';

failOnUnhandled();

let redis: FakeRedis;
let connection: Redis;
let leases: Leases;
/** Operations that failed. */
let failures: string[];

beforeEach(async () => {
  redis = await startFakeRedis();
  failures = [];
  connection = connectRedis(redis.url, patient(systemClock), { onError: (operation) => failures.push(operation) });
  leases = createLeases(connection, 1000);
});

afterEach(async () => {
  await connection.close();
  await redis.close();
});

test('Redis is asked once to take any number of leases, once to end them, and not at all to end none', async () => {
  const lease = await leases.take(['a', 'b', 'c']);
  lease.giveBack([], []);
  lease.giveBack(['a'], ['b', 'c']);
  await leases.take(['d']);
  expect(redis.commands).toEqual(['EVAL', 'EVAL', 'EVAL']);
});

test('a lease that cannot be taken or ended is a failure of that operation', async () => {
  const lease = await leases.take(['a']);
  redis.say({ text: '-ERR something\r\n' });
  lease.giveBack(['a'], []);
  await until(() => failures.length > 0);
  expect((await leases.take(['b'])).granted).toEqual(new Set(['b']));
  expect(failures).toEqual(['give_back', 'lease']);
});
