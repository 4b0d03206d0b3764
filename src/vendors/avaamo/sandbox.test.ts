import { expect, test } from '@jest/globals';
import type { BotTraffic, Company } from '../sandbox.ts';
import { createFakeVendor } from './sandbox.ts';

// The day and the offset of the documents' sample, some hours before its end.
const NOW = Date.parse('2020-04-13T12:30:00-07:00');
const PACIFIC = '-25200';

interface Stats extends Record<string, unknown> {
  readonly start_time: number;
  readonly end_time: number;
}

interface Report {
  readonly aggregate_stats: Stats;
  readonly previous_interval_stats: Stats;
  readonly stats: readonly Stats[];
}

/** A bot with a message half a second before every tenth minute, from two users in turn, until now. */
function everyTenMinutes(from: number, to: number): BotTraffic {
  const [first, beyond] = [from, Math.min(to, NOW)].map((at) => Math.ceil((at + 500) / 600_000)) as [number, number];
  const messages = Math.max(beyond - first, 0);
  const users = Math.min(messages, 2);
  return {
    users,
    messages,
    unhandled: Math.min(messages, 3),
    ambiguous: 0,
    mismatchedAmbiguous: 0,
    interventions: users,
  };
}

const company: Company = {
  people: [],
  bots: [{ name: 'Billing bot', refsByVendor: { avaamo: '2041' } }],
  shifts: () => [],
  conversations: () => [],
  traffic: (_bot, from, to) => everyTenMinutes(from, to),
};
const fake = createFakeVendor({ company, now: () => NOW });
const { accessToken } = fake.createAccountConfig('http://127.0.0.1:1');

async function request(path: string, headers: Record<string, string> = { 'access-token': String(accessToken) }) {
  const url = new URL(path, 'http://127.0.0.1:1');
  const reply = await fake.handle({ method: 'GET', url, headers, body: Buffer.alloc(0) });
  return { status: reply.status, body: JSON.parse(String(reply.body)) as Report & { readonly error?: string } };
}

function usage(query: string) {
  return request(`/bots/analytics/2041/usage.json${query}`);
}

test('fake Avaamo provides an account configuration with its token', () => {
  expect(fake.createAccountConfig('http://127.0.0.1:1')).toMatchObject({
    name: 'bots',
    vendor: 'avaamo',
    baseUrl: 'http://127.0.0.1:1',
    accessToken: expect.any(String) as unknown,
  });
});

test.each([{}, { 'access-token': 'another' }, { authorization: `Bearer ${String(accessToken)}` }])(
  'fake Avaamo rejects the headers %j',
  async (headers) => {
    const { status, body } = await request('/bots/analytics/2041/usage.json', headers);
    expect(status).toBe(401);
    expect(Object.keys(body)).toEqual(['error']);
  },
);

test.each(['/bots/analytics/77/usage.json', '/bots/analytics/x/usage.json', '/bots/analytics/2041/sessions.json', '/'])(
  'fake Avaamo returns 404 at %s',
  async (path) => {
    expect((await request(path)).status).toBe(404);
  },
);

test('fake Avaamo defaults to today and the three days before, like the sample', async () => {
  const { body } = await usage(`?utc_offset=${PACIFIC}`);
  expect(body.aggregate_stats).toMatchObject({ start_time: 1586502000, end_time: 1586847599 });
  expect(body.previous_interval_stats).toMatchObject({ start_time: 1586156401, end_time: 1586502000 });
});

test('fake Avaamo splits the window into the nine buckets of the sample, to the last bit', async () => {
  const { body } = await usage(`?utc_offset=${PACIFIC}`);
  const edges = [
    1586502000, 1586540399.8888888, 1586578799.7777777, 1586617199.6666667, 1586655599.5555556, 1586693999.4444444,
    1586732399.3333333, 1586770799.2222223, 1586809199.1111112, 1586847599,
  ];
  expect(body.stats.map((bucket) => bucket.start_time)).toEqual(edges.slice(0, 9));
  expect(body.stats.map((bucket) => bucket.end_time)).toEqual(edges.slice(1));
});

test.each([
  ['?from_date=01/04/2020&to_date=01/04/2020', '2020-04-01T00:00:00Z', '2020-04-01T23:59:59Z'],
  ['?from_date=01%2F04%2F2020&to_date=02%2F04%2F2020&utc_offset=0', '2020-04-01T00:00:00Z', '2020-04-02T23:59:59Z'],
  ['?from_date=01/04/2020&to_date=01/04/2020&utc_offset=19800', '2020-03-31T18:30:00Z', '2020-04-01T18:29:59Z'],
  ['?to_date=29/02/2020', '2020-02-26T00:00:00Z', '2020-02-29T23:59:59Z'],
  ['?from_date=12/04/2020', '2020-04-12T00:00:00Z', '2020-04-13T23:59:59Z'],
])('fake Avaamo includes both days of %s, with positive offsets east of Greenwich', async (query, from, to) => {
  const { start_time, end_time } = (await usage(query)).body.aggregate_stats;
  expect([start_time, end_time]).toEqual([Date.parse(from) / 1000, Date.parse(to) / 1000]);
});

test('fake Avaamo rejects dates in the wrong order with the documented message', async () => {
  const reply = await usage('?from_date=02/04/2020&to_date=01/04/2020');
  expect(reply).toEqual({ status: 422, body: { error: 'To Date cannot be before From Date' } });
});

test.each(['?from_date=2020-04-01', '?from_date=31/02/2020', '?to_date=04/13/2020', '?utc_offset=India'])(
  'fake Avaamo rejects %s',
  async (query) => {
    expect((await usage(query)).status).toBe(422);
  },
);

test('fake Avaamo counts each message once, users per bucket, and nothing after now', async () => {
  const { body } = await usage(`?utc_offset=${PACIFIC}`);
  const messages = body.stats.map((bucket) => Number(bucket.messages_count));
  expect(body.aggregate_stats.messages_count).toBe((3 * 24 + 12.5) * 6);
  expect(messages.reduce((sum, count) => sum + count, 0)).toBe(body.aggregate_stats.messages_count);
  expect(body.aggregate_stats.session_count).toBe(2);
  expect(body.stats[8]).toMatchObject({ messages_count: 0, session_count: 0, success_rate: null });
});

test('fake Avaamo counts the last second of the window, as its last bucket does', async () => {
  const { aggregate_stats: total, stats } = (await usage('?from_date=01/04/2020&to_date=01/04/2020')).body;
  expect(total.messages_count).toBe(144);
  expect(stats.reduce((sum, bucket) => sum + Number(bucket.messages_count), 0)).toBe(144);
});

test('fake Avaamo computes the success rate to two decimals', async () => {
  const { aggregate_stats: stats } = (await usage('?from_date=01/04/2020&to_date=01/04/2020')).body;
  expect(stats).toMatchObject({ messages_count: 144, unhandled_messages_count: 3, successful_responses_count: 141 });
  expect(stats.success_rate).toBe(97.92);
});

test('fake Avaamo reports interventions in agent_intervention.json only', async () => {
  const query = '?from_date=01/04/2020&to_date=01/04/2020';
  const { body } = await request(`/bots/analytics/2041/agent_intervention.json${query}`);
  expect(body.aggregate_stats).toEqual({
    start_time: Date.parse('2020-04-01') / 1000,
    end_time: Date.parse('2020-04-02') / 1000 - 1,
    session_count: 2,
    interventions_count: 2,
    users_count: 2,
  });
  expect((await usage(query)).body.aggregate_stats.interventions_count).toBe(0);
});
