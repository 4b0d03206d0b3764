import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../../test/support/capture-error.ts';
import {
  connectVendor,
  jsonReply,
  type RequestHandler,
  type VendorHarness,
} from '../../../test/support/vendor-harness.ts';
import type { DateRange } from '../../domain/time.ts';
import type { UsagePart } from '../../domain/usage-stats.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { avaamo } from './index.ts';

const accountConfig = { name: 'bots', vendor: 'avaamo', baseUrl: 'https://c7.avaamo.com', accessToken: 'token-0123' };
const BOTH: readonly UsagePart[] = ['usage', 'interventions'];
const BASE_DAYS: DateRange = { from: '2020-04-10', to: '2020-04-13', timeZone: 'America/Los_Angeles' };

function fixture(name: string) {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
}
const healthy: RequestHandler = ({ endpoint }) => ({
  status: 200,
  body: fixture(endpoint === 'usage.json' ? 'usage.json' : 'agent-intervention.json'),
});

function readOnce(harness: VendorHarness, during: Partial<DateRange> = {}, parts = BOTH, ref = '2041') {
  return statsOf(harness.createDataSource(), ref, { ...BASE_DAYS, ...during }, parts);
}

function statsOf(
  dataSource: ReturnType<VendorHarness['createDataSource']>,
  ref: string,
  during: DateRange,
  parts: readonly UsagePart[],
) {
  if (!dataSource.usageStats) throw new Error('usageStats is missing');
  return dataSource.usageStats(ref, { during, parts: new Set(parts) });
}

function parameters({ sent }: VendorHarness) {
  return sent.map(({ url }) => Object.fromEntries(url.searchParams));
}

test('reports a bot without traffic, whose totals are empty, as complete with unknown counts', async () => {
  const harness = connectVendor(avaamo, accountConfig, () =>
    jsonReply({ aggregate_stats: {}, previous_interval_stats: {}, stats: [] }),
  );
  const { data, sources } = await readOnce(harness);
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
    const harness = connectVendor(avaamo, accountConfig, healthy);
    await readOnce(harness);
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
    const harness = connectVendor(avaamo, accountConfig, healthy);
    const { data, sources } = await readOnce(harness, {}, parts);
    expect(harness.sent.map(({ endpoint }) => endpoint)).toEqual(endpoints);
    expect(sources.map(({ endpoint }) => endpoint)).toEqual(endpoints);
    expect(data.current === null).toBe(parts.length === 0);
  });

  test('sends one request for a year, because distinct counts of shorter spans do not add up', async () => {
    const harness = connectVendor(avaamo, accountConfig, healthy);
    await readOnce(harness, { from: '2019-01-01', to: '2019-12-31' }, ['usage']);
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
    const harness = connectVendor(avaamo, accountConfig, healthy);
    await readOnce(harness, { from, to: '2020-12-31', timeZone }, ['usage']);
    expect(parameters(harness)).toMatchObject([{ utc_offset: offset }]);
  });

  test('keeps the path of the base URL', async () => {
    const harness = connectVendor(avaamo, { ...accountConfig, baseUrl: 'http://127.0.0.1:4001/avaamo/' }, healthy);
    await readOnce(harness, {}, ['usage']);
    expect(harness.sent[0]?.url.pathname).toBe('/avaamo/bots/analytics/2041/usage.json');
  });
});

test('reports provenance and time of each endpoint', async () => {
  const harness = connectVendor(avaamo, accountConfig, healthy);
  const { sources } = await readOnce(harness);
  const known = { account: 'bots', outcome: 'OK', servedFrom: 'VENDOR', fetchedAt: harness.clock.now(), error: null };
  expect(sources).toMatchObject([
    { endpoint: 'usage.json', ...known },
    { endpoint: 'agent_intervention.json', ...known },
  ]);
});

describe('usage within one query', () => {
  test('makes one call to each endpoint for the same bot and days, shared by zones with equal offsets', async () => {
    const harness = connectVendor(avaamo, accountConfig, healthy);
    const dataSource = harness.createDataSource();
    await Promise.all([
      statsOf(dataSource, '2041', { ...BASE_DAYS, timeZone: 'UTC' }, BOTH),
      statsOf(dataSource, '2041', { ...BASE_DAYS, timeZone: 'Africa/Abidjan' }, ['usage']),
      statsOf(dataSource, '2041', { ...BASE_DAYS, timeZone: 'UTC' }, ['interventions']),
    ]);
    expect(harness.sent.map(({ endpoint }) => endpoint)).toEqual(['usage.json', 'agent_intervention.json']);
  });

  test('makes separate calls for another bot, range or offset', async () => {
    const harness = connectVendor(avaamo, accountConfig, healthy);
    const dataSource = harness.createDataSource();
    await Promise.all([
      statsOf(dataSource, '2041', BASE_DAYS, ['usage']),
      statsOf(dataSource, '2042', BASE_DAYS, ['usage']),
      statsOf(dataSource, '2041', { ...BASE_DAYS, to: '2020-04-12' }, ['usage']),
      statsOf(dataSource, '2041', { ...BASE_DAYS, from: '2020-04-11' }, ['usage']),
      statsOf(dataSource, '2041', { ...BASE_DAYS, timeZone: 'UTC' }, ['usage']),
    ]);
    expect(harness.sent).toHaveLength(5);
  });

  test('starts all calls in the same tick', () => {
    const harness = connectVendor(avaamo, accountConfig, healthy);
    const batches: number[] = [];
    const dataSource = harness.createDataSource({ record: () => batches.push(harness.sent.length) });
    const pending = ['1', '2', '3'].map(async (bot) => statsOf(dataSource, bot, BASE_DAYS, BOTH));
    return Promise.all(pending).then(() => {
      expect(batches[0]).toBe(6);
    });
  });
});

describe('usage caching', () => {
  const lifeAt = async (now: string, during: Partial<DateRange> = {}) => {
    const harness = connectVendor(avaamo, accountConfig, healthy, {
      now: Date.parse(now),
      ttl: { usageLive: 1, usagePast: 2 },
    });
    await readOnce(harness, during, ['usage']);
    return harness.stored[0]?.ttlSeconds;
  };

  test('caches briefly until six hours after the last day, then long', async () => {
    // The last day ends at 07:00 UTC on the 14th.
    expect(await lifeAt('2020-04-13T12:00:00Z')).toBe(1);
    expect(await lifeAt('2020-04-14T12:59:59.999Z')).toBe(1);
    expect(await lifeAt('2020-04-14T13:00:00Z')).toBe(2);
  });

  test('ends the last day in its time zone', async () => {
    expect(await lifeAt('2020-04-14T00:30:00Z', { timeZone: 'Asia/Kolkata' })).toBe(2);
    expect(await lifeAt('2020-04-14T00:29:59Z', { timeZone: 'Asia/Kolkata' })).toBe(1);
  });

  test('caches by bot, days and offset', async () => {
    const harness = connectVendor(avaamo, accountConfig, healthy);
    await readOnce(harness, {}, BOTH);
    const expectedKey = ['2041', '2020-04-10', '2020-04-13', -25200];
    expect(harness.stored.map(({ endpoint, key }) => ({ endpoint, key }))).toEqual([
      { endpoint: 'usage.json', key: expectedKey },
      { endpoint: 'agent_intervention.json', key: expectedKey },
    ]);
  });
});

describe('usage failures', () => {
  const failing =
    (...statuses: readonly number[]): RequestHandler =>
    (request) => {
      const status = statuses[request.endpoint === 'usage.json' ? 0 : 1] ?? 200;
      return status === 200 ? healthy(request) : jsonReply({ error: 'no' }, status);
    };

  test('returns null for the fields of a failed interventions call, with the error in the report', async () => {
    const { data, sources } = await readOnce(connectVendor(avaamo, accountConfig, failing(200, 503)));
    expect(data.current).toMatchObject({ sessionCount: 8123, usersCount: null, interventionsCount: null });
    expect(sources).toMatchObject([
      { endpoint: 'usage.json', outcome: 'OK', error: null },
      { endpoint: 'agent_intervention.json', outcome: 'FAILED', error: { code: 'VENDOR_UNAVAILABLE' } },
    ]);
  });

  test('returns interventions when the usage call fails', async () => {
    const { data, sources } = await readOnce(connectVendor(avaamo, accountConfig, failing(500, 200)));
    expect(data.current).toMatchObject({ sessionCount: null, messagesCount: null, interventionsCount: 5 });
    expect(data.buckets).toHaveLength(9);
    expect(sources.map(({ outcome }) => outcome)).toEqual(['FAILED', 'OK']);
  });

  test('throws the first error when both calls fail', async () => {
    const failed = readOnce(connectVendor(avaamo, accountConfig, failing(401, 503)));
    await expect(failed).rejects.toMatchObject({
      code: 'VENDOR_AUTH_FAILED',
      vendor: 'AVAAMO',
      account: 'bots',
      endpoint: 'usage.json',
    });
  });

  test('throws the error of the only call', async () => {
    const failed = readOnce(connectVendor(avaamo, accountConfig, failing(200, 404)), {}, ['interventions']);
    await expect(failed).rejects.toMatchObject({ code: 'NOT_FOUND', endpoint: 'agent_intervention.json' });
  });

  test.each(
    [
      [401, 'VENDOR_AUTH_FAILED'],
      [403, 'VENDOR_AUTH_FAILED'],
      [404, 'NOT_FOUND'],
      [429, 'VENDOR_RATE_LIMITED'],
      [500, 'VENDOR_UNAVAILABLE'],
      [503, 'VENDOR_UNAVAILABLE'],
    ].flatMap(([status, code]) =>
      ['{"error":"no"}', '<html>no</html>', ''].map((body) => [status, body, code] as const),
    ),
  )('maps status %i with the body %j to %s, after one call', async (status, body, code) => {
    const harness = connectVendor(avaamo, accountConfig, () => ({ status: Number(status), body }));
    await expect(readOnce(harness, {}, ['usage'])).rejects.toMatchObject({ code, status });
    expect(harness.sent).toHaveLength(1);
  });

  test('reports the vendor’s message of a 422', async () => {
    const harness = connectVendor(avaamo, accountConfig, () => ({ status: 422, body: fixture('usage-422.json') }));
    const error = await rejectionOf(readOnce(harness));
    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code: 'VENDOR_REJECTED', status: 422 });
    expect((error as VendorError).message).toContain('To Date cannot be before From Date');
  });

  test('redacts the token in a message that quotes it', async () => {
    const error = `Access token ${accountConfig.accessToken} is not known`;
    const failed = readOnce(connectVendor(avaamo, accountConfig, () => jsonReply({ error }, 401)));
    await expect(failed).rejects.toMatchObject({
      message: expect.stringMatching(/Access token \[secret\] is not known$/) as unknown,
    });
  });

  test('rejects a login page, and a redirect to one, as VENDOR_BAD_RESPONSE', async () => {
    const page = '<html>Sign in</html>';
    const harness = connectVendor(avaamo, accountConfig, () => ({ status: 200, body: page }));
    await expect(readOnce(harness)).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'malformed_json' });
    const moved = connectVendor(avaamo, accountConfig, () => ({
      status: 302,
      headers: { Location: '/login' },
      body: page,
    }));
    await expect(readOnce(moved)).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'redirect' });
    expect(moved.sent).toHaveLength(2);
  });

  test('rethrows an error that is not a VendorError', async () => {
    const harness = connectVendor(avaamo, accountConfig, () => {
      throw new TypeError('a bug');
    });
    await expect(readOnce(harness)).rejects.toThrow(TypeError);
  });
});
