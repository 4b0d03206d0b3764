import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('counts reloads, and says whether the last one was successful and since when its configuration is in force', async () => {
  const metrics = createMetrics();
  const lines = async () => (await metrics.text()).split('\n').filter((line) => line.startsWith('switchboard_config_'));
  metrics.configLoaded(1_700_000_000_000);
  metrics.configReloaded('failure');
  metrics.configNeedsRestart(2);
  expect(await lines()).toEqual([
    'switchboard_config_reloads_total{outcome="success"} 0',
    'switchboard_config_reloads_total{outcome="failure"} 1',
    'switchboard_config_last_reload_successful 0',
    'switchboard_config_last_reload_success_timestamp_seconds 1700000000',
    'switchboard_config_restart_required 2',
  ]);
  metrics.configReloaded('success');
  expect((await lines()).slice(0, 3)).toEqual([
    'switchboard_config_reloads_total{outcome="success"} 1',
    'switchboard_config_reloads_total{outcome="failure"} 1',
    'switchboard_config_last_reload_successful 1',
  ]);
});
