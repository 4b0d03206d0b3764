import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../observability/logger.ts';
import { createGeneration } from './generation.ts';
import { createProcessParts } from './process.ts';

function load(settings: object) {
  const loaded = loadConfig({ text: JSON.stringify(settings), file: 'test', env: {}, vendors: [] });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config;
}

test('has what one configuration says, and responses of its own', async () => {
  const config = load({});
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const parts = await createProcessParts({ config, clock: manualClock(), logger }, () => config.limits);
  const first = await createGeneration(parts, config, 'no manifest');
  const apiKeys = [{ name: 'a', sha256: '0'.repeat(64) }];
  const second = await createGeneration(parts, load({ auth: { apiKeys }, limits: { maxDepth: 3 } }), 'no manifest');
  expect([first, second].map(({ serving }) => serving.limits.maxDepth)).toEqual([12, 3]);
  // Without auth, hosts are checked.
  expect([first, second].map(({ serving }) => serving.checkHost !== undefined)).toEqual([true, false]);
  expect(first.serving.responses).not.toBe(second.serving.responses);
  await first.close();
  await second.close();
  await parts.close();
});
