import { describe, expect, test } from '@jest/globals';
import {
  AVAAMO_ENTRY,
  BASE_DAYS,
  BOTH_PARTS,
  healthyAvaamo,
  readUsage,
  readUsageOnce,
} from '../../../test/support/avaamo/usage.ts';
import { connectVendor, jsonReply, type VendorHarness } from '../../../test/support/vendor-harness.ts';
import type { DateRange } from '../../domain/time.ts';
import { avaamo } from './index.ts';

function parameters({ sent }: VendorHarness) {
  return sent.map(({ url }) => Object.fromEntries(url.searchParams));
}

test('reports a bot without traffic, whose totals are empty, as complete with unknown counts', async () => {
  const harness = connectVendor(avaamo, AVAAMO_ENTRY, () =>
    jsonReply({ aggregate_stats: {}, previous_interval_stats: {}, stats: [] }),
  );
  const { data, sources } = await readUsageOnce(harness);
  expect(sources.map(({ outcome }) => outcome)).toEqual(['OK', 'OK']);
  expect(data).toMatchObject({
    current: {
      start: Date.parse('2020-04-10T00:00:00-07:00'),
      end: Date.parse('2020-04-14T00:00:00-07:00'),
      sessionCount: null,
      usersCount: null,
    },
    previous: null,
    buckets: [],
  });
});

describe('usage requests', () => {
  test('sends one request to each endpoint, with the days, the offset and the token', async () => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo);
    await readUsageOnce(harness);
    const query = 'from_date=10%2F04%2F2020&to_date=13%2F04%2F2020&utc_offset=-25200';
    const headers = { Accept: 'application/json', 'Access-Token': 'token-0123' };
    expect(
      harness.sent.map((sent) => ({ method: sent.method, url: sent.url.href, headers: sent.headers, body: sent.body })),
    ).toEqual([
      { method: 'GET', url: `https://c7.avaamo.com/bots/analytics/2041/usage.json?${query}`, headers, body: '' },
      {
        method: 'GET',
        url: `https://c7.avaamo.com/bots/analytics/2041/agent_intervention.json?${query}`,
        headers,
        body: '',
      },
    ]);
  });

  test.each([
    [['usage'], ['usage.json']],
    [['interventions'], ['agent_intervention.json']],
    [[], []],
  ] as const)('parts %j: endpoints %j', async (parts, endpoints) => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo);
    const { data, sources } = await readUsageOnce(harness, {}, parts);
    expect(harness.sent.map(({ endpoint }) => endpoint)).toEqual(endpoints);
    expect(sources.map(({ endpoint }) => endpoint)).toEqual(endpoints);
    expect(data.current === null).toBe(parts.length === 0);
  });

  test('sends one request for a year, because distinct counts of shorter spans do not add up', async () => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo);
    await readUsageOnce(harness, { from: '2019-01-01', to: '2019-12-31' }, ['usage']);
    expect(parameters(harness)).toEqual([{ from_date: '01/01/2019', to_date: '31/12/2019', utc_offset: '-28800' }]);
  });

  test.each([
    ['Asia/Kolkata', '2020-01-25', '19800'],
    ['Asia/Kathmandu', '2020-01-25', '20700'],
    ['America/Los_Angeles', '2020-01-25', '-28800'],
    ['UTC', '2020-01-25', '0'],
    ['Europe/London', '2020-01-25', '0'],
    // The UTC offset changes on this day, two hours after it began.
    ['America/Los_Angeles', '2020-03-08', '-28800'],
    ['America/Los_Angeles', '2020-03-09', '-25200'],
    // Midnight of this day is skipped: it begins at one o'clock.
    ['America/Sao_Paulo', '2018-11-04', '-7200'],
  ])('sends for %s on %s utc_offset=%s', async (timeZone, from, offset) => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo);
    await readUsageOnce(harness, { from, to: '2020-12-31', timeZone }, ['usage']);
    expect(parameters(harness)).toMatchObject([{ utc_offset: offset }]);
  });

  test('keeps the path of the base URL', async () => {
    const harness = connectVendor(avaamo, { ...AVAAMO_ENTRY, baseUrl: 'http://127.0.0.1:4001/avaamo/' }, healthyAvaamo);
    await readUsageOnce(harness, {}, ['usage']);
    expect(harness.sent[0]?.url.pathname).toBe('/avaamo/bots/analytics/2041/usage.json');
  });
});

test('reports provenance and time of each endpoint', async () => {
  const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo);
  const { sources } = await readUsageOnce(harness);
  const known = { account: 'bots', outcome: 'OK', servedFrom: 'VENDOR', fetchedAt: harness.clock.now(), error: null };
  expect(sources).toMatchObject([
    { endpoint: 'usage.json', ...known },
    { endpoint: 'agent_intervention.json', ...known },
  ]);
});

describe('usage within one query', () => {
  test('makes one call to each endpoint for the same bot and days, shared by zones with equal offsets', async () => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo);
    const dataSource = harness.createDataSource();
    await Promise.all([
      readUsage(dataSource, '2041', { ...BASE_DAYS, timeZone: 'UTC' }, BOTH_PARTS),
      readUsage(dataSource, '2041', { ...BASE_DAYS, timeZone: 'Africa/Abidjan' }, ['usage']),
      readUsage(dataSource, '2041', { ...BASE_DAYS, timeZone: 'UTC' }, ['interventions']),
    ]);
    expect(harness.sent.map(({ endpoint }) => endpoint)).toEqual(['usage.json', 'agent_intervention.json']);
  });

  test('makes separate calls for another bot, range or offset', async () => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo);
    const dataSource = harness.createDataSource();
    await Promise.all([
      readUsage(dataSource, '2041', BASE_DAYS, ['usage']),
      readUsage(dataSource, '2042', BASE_DAYS, ['usage']),
      readUsage(dataSource, '2041', { ...BASE_DAYS, to: '2020-04-12' }, ['usage']),
      readUsage(dataSource, '2041', { ...BASE_DAYS, from: '2020-04-11' }, ['usage']),
      readUsage(dataSource, '2041', { ...BASE_DAYS, timeZone: 'UTC' }, ['usage']),
    ]);
    expect(harness.sent).toHaveLength(5);
  });

  test('starts all calls in the same tick', () => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo);
    const batches: number[] = [];
    const dataSource = harness.createDataSource({ record: () => batches.push(harness.sent.length) });
    const pending = ['1', '2', '3'].map(async (bot) => readUsage(dataSource, bot, BASE_DAYS, BOTH_PARTS));
    return Promise.all(pending).then(() => {
      expect(batches[0]).toBe(6);
    });
  });
});

describe('usage caching', () => {
  const lifeAt = async (now: string, during: Partial<DateRange> = {}) => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo, {
      now: Date.parse(now),
      ttl: { usageLive: 1, usagePast: 2 },
    });
    await readUsageOnce(harness, during, ['usage']);
    return harness.stored.map(({ ttlSeconds, isFinal }) => [ttlSeconds, isFinal]);
  };

  test('caches briefly until six hours after the last day, then long and as final', async () => {
    // The last day ends at 07:00 UTC on the 14th.
    expect(await lifeAt('2020-04-13T12:00:00Z')).toEqual([[1, false]]);
    expect(await lifeAt('2020-04-14T12:59:59.999Z')).toEqual([[1, false]]);
    expect(await lifeAt('2020-04-14T13:00:00Z')).toEqual([[2, true]]);
  });

  test('ends the last day in its time zone', async () => {
    expect(await lifeAt('2020-04-14T00:30:00Z', { timeZone: 'Asia/Kolkata' })).toEqual([[2, true]]);
    expect(await lifeAt('2020-04-14T00:29:59Z', { timeZone: 'Asia/Kolkata' })).toEqual([[1, false]]);
  });

  test('caches by bot, days and offset', async () => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, healthyAvaamo);
    await readUsageOnce(harness, {}, BOTH_PARTS);
    const expectedKey = ['2041', '2020-04-10', '2020-04-13', -25200];
    expect(harness.stored.map(({ endpoint, key }) => ({ endpoint, key }))).toEqual([
      { endpoint: 'usage.json', key: expectedKey },
      { endpoint: 'agent_intervention.json', key: expectedKey },
    ]);
  });
});
