import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../observability/logger.ts';
import { createProcessParts } from './process.ts';

test('creates parts that serve several configurations, and closes them', async () => {
  const loaded = loadConfig({ text: '{}', file: 'test', env: {}, vendors: [] });
  if (!loaded.ok) throw new Error('invalid');
  const { config } = loaded;
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const parts = await createProcessParts({ config, clock: manualClock(), logger }, () => config.limits);
  expect(parts.accounts.connect(config).accounts).toEqual([]);
  expect(parts.authenticationFor(config).authenticate(undefined, '127.0.0.1')).toMatchObject({ name: 'anonymous' });
  expect(await parts.metrics.text()).toContain('switchboard_cache_max_bytes{level="memory"}');
  await expect(parts.close()).resolves.toBeUndefined();
});
