import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import { avaamo } from './index.ts';

const accountConfig = { name: 'bots', vendor: 'avaamo', baseUrl: 'https://c7.avaamo.com', accessToken: 'token-0123' };
const sample = JSON.parse(readFileSync(new URL('./fixtures/usage.json', import.meta.url), 'utf8')) as {
  readonly stats: readonly object[];
};

async function readUsage(response: object) {
  const harness = connectVendor(avaamo, accountConfig, () => jsonReply(response));
  const during = { from: '2020-04-10', to: '2020-04-13', timeZone: 'UTC' };
  await harness.createDataSource().usageStats?.('2041', { during, parts: new Set(['usage']) });
  return harness.dropped;
}

test('reports the parts of a response that cannot be read', async () => {
  const stats = [...sample.stats.slice(1), { start_time: 'soon' }];
  expect(await readUsage({ ...sample, stats, previous_interval_stats: 'none' })).toEqual([
    ['usage.json', 'contract', 2],
  ]);
});

test('reports nothing for a response of the documented form', async () => {
  expect(await readUsage(sample)).toEqual([]);
});
