/** @needs redis-server */
import { expect, test } from '@jest/globals';
import { steppedClock } from '../../test/support/clock.ts';
import { startRedisServer } from '../../test/support/redis-server.ts';
import { NOW } from '../../test/support/world.ts';
import { loadConfig } from '../config/load.ts';
import { vendors } from '../vendors/index.ts';
import { createStandalone } from './standalone.ts';

const ACCOUNT = '{ name: bots, vendor: avaamo, baseUrl: "https://c7.avaamo.com", accessToken: t }';

test('uses no shared cache, also where one is configured', async () => {
  const redis = await startRedisServer();
  const text = `accounts: [${ACCOUNT}]\ncache: { url: "${redis.url}" }`;
  const loaded = loadConfig({ text, file: 'test', env: {}, vendors });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const countConnections = async () =>
    Number(/total_connections_received:(\d+)/.exec(await redis.command('INFO', 'stats'))?.[1]);
  const before = await countConnections();
  const standalone = createStandalone({ config: loaded.config, vendors, clock: steppedClock(NOW) });
  expect(standalone.accounts.map(({ config: { name } }) => name)).toEqual(['bots']);
  await standalone.createGraphql();
  await standalone.close();
  // The second question itself.
  expect(await countConnections()).toBe(before + 1);
  await redis.kill();
});
