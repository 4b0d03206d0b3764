import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

test('exports how many lines of the log were lost, as of the moment when /metrics is read', async () => {
  const metrics = createMetrics();
  let lost = 0;
  metrics.watchLog(() => lost);
  const value = async () => /^switchboard_log_lines_lost_total (\d+)$/m.exec(await metrics.text())?.[1];
  expect(await value()).toBe('0');
  lost = 5;
  expect(await value()).toBe('5');
  expect(await value()).toBe('5');
});
