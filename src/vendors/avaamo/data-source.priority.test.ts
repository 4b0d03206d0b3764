import { expect, test } from '@jest/globals';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import { avaamo } from './index.ts';

const accountConfig = { name: 'bots', vendor: 'avaamo', baseUrl: 'https://c7.avaamo.com', accessToken: 'token-0123' };

test('requests days that have ended, in their time zone, after calls of live data', async () => {
  const handler = () => jsonReply({ aggregate_stats: {}, previous_interval_stats: {}, stats: [] });
  const harness = connectVendor(avaamo, accountConfig, handler, { now: Date.parse('2020-04-14T08:00:00Z') });
  const { usageStats } = harness.createDataSource();
  for (const [to, timeZone] of [
    ['2020-04-13', 'America/Los_Angeles'],
    ['2020-04-13', 'Pacific/Honolulu'],
    ['2020-04-14', 'America/Los_Angeles'],
  ] as const) {
    await usageStats?.('2041', { during: { from: '2020-04-10', to, timeZone }, parts: new Set(['usage']) });
  }
  expect(harness.sent.map(({ priority }) => priority)).toEqual(['past', 'live', 'live']);
});
