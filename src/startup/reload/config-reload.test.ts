import { expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { flushPromises } from '../../../test/support/flush-promises.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../observability/logger.ts';
import { createMetrics } from '../../observability/metrics.ts';
import { createConfigReload } from './config-reload.ts';

test('serves a request that comes before the app is there, once it is', async () => {
  const load = () => loadConfig({ text: '{}', file: 'gateway.yaml', env: {}, vendors: [] });
  const started = load();
  if (!started.ok) throw new Error('invalid');
  let request: () => void = () => undefined;
  const configReload = createConfigReload({
    ...{ load, started },
    onRequest: (listener) => {
      request = listener;
    },
    clock: manualClock(),
    logger: createLogger({ level: 'silent', destination: { write: () => undefined } }),
  });
  request();
  await flushPromises();
  expect(configReload.status()).toEqual({});
  const metrics = createMetrics();
  configReload.attach({
    configurationMetrics: metrics,
    reconfigure: () =>
      Promise.resolve({ accounts: { added: [], changed: [], removed: [] }, needsRestart: ['server.port'] }),
  });
  await flushPromises();
  expect(configReload.status()).toEqual({ configuration: { needsRestart: ['server.port'] } });
  expect(await metrics.text()).toContain('switchboard_config_reloads_total{outcome="success"} 1');
});
