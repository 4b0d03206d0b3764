import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Company, CompanyPerson, Shift, ShiftStatusChange } from '../sandbox.ts';
import { createFakeVendor } from './sandbox.ts';

function at(time: string): number {
  return Date.parse(time);
}
const NOW = at('2024-03-10T22:00:00Z');

function move(
  time: string,
  status: ShiftStatusChange['status'],
  reason: string | null = null,
  concurrentChats = 0,
): ShiftStatusChange {
  return {
    at: at(time),
    status,
    reason,
    concurrentChats,
  };
}

const SHIFTS: readonly Shift[] = [
  {
    serial: 1,
    start: at('2024-03-09T13:20:35Z'),
    end: at('2024-03-10T21:38:52.100Z'),
    statusChanges: [
      move('2024-03-09T13:20:38.000Z', 'available'),
      move('2024-03-10T21:37:42.900Z', 'available'),
      move('2024-03-10T21:37:50.000Z', 'busy', null, 1),
      move('2024-03-10T21:38:00.000Z', 'busy', null, 2),
    ],
  },
  {
    serial: 2,
    start: at('2024-03-10T21:50:00Z'),
    end: null,
    statusChanges: [move('2024-03-10T21:51:02Z', 'away', 'Lunch')],
  },
];

function person(nth: number): CompanyPerson {
  return {
    firstName: 'Jane',
    lastName: `Doe ${String(nth)}`,
    email: `jane${String(nth)}@example.com`,
    employeeId: '065582',
    refsByVendor: { kore: nth === 1 ? 'Jane1@Example.com' : `jane${String(nth)}@example.com` },
  };
}

const company: Company = {
  people: [...Array.from({ length: 60 }, (_, nth) => person(nth)), { ...person(60), refsByVendor: { vonage: '01' } }],
  bots: [],
  // Only the second one works.
  shifts: ({ email }) => (email === 'jane1@example.com' ? SHIFTS : []),
  conversations: () => [],
  traffic: () => ({ users: 0, messages: 0, unhandled: 0, ambiguous: 0, mismatchedAmbiguous: 0, interventions: 0 }),
};
const world = { company, now: () => NOW };

const account = z
  .object({ accountId: z.string(), streamId: z.string(), clientId: z.string(), clientSecret: z.string() })
  .parse(createFakeVendor(world).createAccountConfig('http://127.0.0.1:1'));

function sign(claims: unknown, secret = account.clientSecret, header: unknown = { alg: 'HS256', typ: 'JWT' }): string {
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  auth: sign({ sub: '1234567890', appId: account.clientId }),
  iid: account.streamId,
};
const PATH = `/agentassist/api/public/analytics/account/${account.accountId}/agentstatusdetails`;

const agentShape = z.object({
  email: z.string(),
  userId: z.string(),
  customId: z.string().optional(),
  status: z.array(z.record(z.string(), z.string())).optional(),
});
const pageShape = z.object({
  hasMore: z.boolean(),
  limit: z.number(),
  offset: z.number(),
  data: z.array(agentShape),
});

const fake = createFakeVendor(world);
async function send(filter: unknown, { path = PATH, headers = HEADERS, method = 'POST', vendor = fake } = {}) {
  const body = Buffer.from(JSON.stringify({ filter }));
  const reply = await vendor.handle({ method, url: new URL(path, 'http://127.0.0.1:1'), headers, body });
  return { status: reply.status, body: JSON.parse(String(reply.body)) as unknown };
}

function day(date: string, timeZoneOffSet = 0) {
  return { dateFilter: { date, timeZoneOffSet } };
}
async function pageFor(filter: unknown, path = PATH) {
  return pageShape.parse((await send(filter, { path })).body);
}
async function jane(dateFilter: unknown) {
  return (await pageFor({ agents: ['JANE1@example.com'], dateFilter })).data.flatMap((agent) => agent.status ?? []);
}

describe('fake Kore access', () => {
  const ok = day('2024-03-10');

  test('accepts the app with its stream', async () => {
    expect((await send(ok)).status).toBe(200);
  });

  test('accepts a token until it expires', async () => {
    const auth = sign({ appId: account.clientId, exp: NOW / 1000 + 1 });
    expect((await send(ok, { headers: { ...HEADERS, auth } })).status).toBe(200);
  });

  test.each<[string, Record<string, string | undefined>]>([
    ['no token', { auth: undefined }],
    ['no stream', { iid: undefined }],
    ['another stream', { iid: 'st-1' }],
    ['another secret', { auth: sign({ appId: account.clientId }, 'guess') }],
    ['another app', { auth: sign({ appId: 'cs-1' }) }],
    ['an unsigned token', { auth: sign({ appId: account.clientId }, undefined, { alg: 'none' }) }],
    ['an expired token', { auth: sign({ appId: account.clientId, exp: NOW / 1000 - 1 }) }],
    ['a token with a part too many', { auth: `${sign({ appId: account.clientId })}.more` }],
    ['a claim spelt otherwise', { auth: sign({ appid: account.clientId }) }],
    ['no token at all', { auth: 'nonsense' }],
  ])('rejects %s', async (_name, change) => {
    const headers = Object.fromEntries(
      Object.entries({ ...HEADERS, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const { status, body } = await send(ok, { headers });
    expect(status).toBe(401);
    expect(body).toEqual({
      errors: [{ msg: expect.stringMatching(/^Invalid (JWT token|SDK credentials)$/), code: 4002 }],
    });
  });

  test('rejects another account', async () => {
    expect((await send(ok, { path: PATH.replace(account.accountId, '1') })).status).toBe(401);
  });

  test('rejects another method or path', async () => {
    expect((await send(ok, { method: 'GET' })).status).toBe(405);
    expect((await send(ok, { path: '/agentassist/api/x' })).status).toBe(404);
  });
});

describe('fake Kore periods', () => {
  test('returns periods unclipped and unmerged, with the sentinels of an ongoing one', async () => {
    expect(await jane(day('2024-03-10').dateFilter)).toEqual([
      {
        primaryStatus: 'AVAILABLE',
        secondaryStatus: 'AVAILABLE',
        startTime: '2024-03-09T13:20:38',
        endTime: '2024-03-10T21:37:42',
        duration: '32:17:04',
      },
      {
        primaryStatus: 'AVAILABLE',
        secondaryStatus: 'AVAILABLE',
        startTime: '2024-03-10T21:37:42',
        endTime: '2024-03-10T21:37:50',
        duration: '00:00:07',
      },
      {
        primaryStatus: 'BUSY',
        secondaryStatus: 'BUSY',
        startTime: '2024-03-10T21:37:50',
        endTime: '2024-03-10T21:38:52',
        duration: '00:01:02',
      },
      {
        primaryStatus: 'AWAY',
        secondaryStatus: 'Lunch',
        startTime: '2024-03-10T21:51:02',
        endTime: '-',
        duration: '-',
      },
    ]);
  });

  test('returns the periods that overlap the requested days, including the last', async () => {
    expect(await jane(day('2024-03-09').dateFilter)).toHaveLength(1);
    expect(await jane({ startDate: '2024-03-09', endDate: '2024-03-10', timeZoneOffSet: 0 })).toHaveLength(4);
    expect(await jane(day('2024-03-08').dateFilter)).toHaveLength(0);
  });

  test('returns times at the offset, whose minutes are positive west of Greenwich', async () => {
    const [india] = await jane(day('2024-03-10', -330).dateFilter);
    expect(india?.startTime).toBe('2024-03-09T18:50:38');
    const [newYork] = await jane(day('2024-03-10', 300).dateFilter);
    expect(newYork?.startTime).toBe('2024-03-09T08:20:38');
    // 21:51 UTC is the next day in India.
    expect(await jane(day('2024-03-11', -330).dateFilter)).toHaveLength(4);
    expect(await jane(day('2024-03-11', 0).dateFilter)).toHaveLength(1);
  });

  test('omits `status` for an agent without periods', async () => {
    const { data } = await pageFor({ agents: ['jane2@example.com'], ...day('2024-03-10') });
    expect(data).toHaveLength(1);
    expect(data[0]).not.toHaveProperty('status');
  });

  test('spells the statuses of a few people differently', async () => {
    const vendor = createFakeVendor({ company: { ...company, shifts: () => SHIFTS }, now: () => NOW });
    const { data } = pageShape.parse((await send(day('2024-03-10'), { vendor })).body);
    const spellings = new Set(data.flatMap((agent) => agent.status ?? []).map((status) => status.primaryStatus));
    expect(spellings).toEqual(new Set(['AVAILABLE', 'BUSY', 'AWAY', 'Available', 'Busy', 'Away']));
  });
});

describe('fake Kore agents', () => {
  test('returns pages of at most fifty agents', async () => {
    const first = await pageFor(day('2024-03-10'), `${PATH}?limit=100`);
    expect(first).toMatchObject({ hasMore: true, limit: 50, offset: 0 });
    expect(first.data).toHaveLength(50);
    const second = await pageFor(day('2024-03-10'), `${PATH}?limit=50&offset=50`);
    expect(second).toMatchObject({ hasMore: false, limit: 50, offset: 50 });
    const emails = [...first.data, ...second.data].map((agent) => agent.email);
    expect(new Set(emails).size).toBe(60);
    expect((await pageFor(day('2024-03-10'), `${PATH}?offset=70`)).data).toEqual([]);
  });

  test('returns agents with stable ids, and with a custom id, an empty one or none', async () => {
    const once = await pageFor(day('2024-03-10'));
    const again = await pageFor(day('2024-03-09'));
    expect(again.data.map((agent) => agent.userId)).toEqual(once.data.map((agent) => agent.userId));
    for (const { userId } of once.data) expect(userId).toMatch(/^u-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(new Set(once.data.map((agent) => agent.customId))).toEqual(new Set([undefined, '', '065582']));
  });

  test('leaves out agents with an unknown e-mail address', async () => {
    const { data } = await pageFor({ agents: ['unknown@example.com', 'jane3@example.com'], ...day('2024-03-10') });
    expect(data.map((agent) => agent.email)).toEqual(['jane3@example.com']);
  });
});

test.each([
  [{}],
  [{ dateFilter: { date: '2024-03-10' } }],
  [{ dateFilter: { date: '2024-03-10', timeZoneOffSet: '0' } }],
  [{ dateFilter: { date: '10/03/2024', timeZoneOffSet: 0 } }],
  [{ dateFilter: { startDate: '2024-03-10', timeZoneOffSet: 0 } }],
  [{ dateFilter: { startDate: '2024-03-10', endDate: '2024-03-09', timeZoneOffSet: 0 } }],
  [{ dateFilter: { date: '2024-03-10', timeZoneOffSet: 19_800 } }],
  [{ agents: 'jane1@example.com', ...day('2024-03-10') }],
  [{ agents: Array.from({ length: 51 }, (_, nth) => `jane${String(nth)}@example.com`), ...day('2024-03-10') }],
])('fake Kore rejects the filter %j', async (filter) => {
  expect(await send(filter)).toEqual({
    status: 412,
    body: { errors: [{ msg: 'Validation errors/ Invalid arguments', code: 412 }] },
  });
});

test('fake Kore rejects a body without a JSON content type, and an invalid page', async () => {
  const { 'content-type': _, ...headers } = HEADERS;
  expect((await send(day('2024-03-10'), { headers })).status).toBe(412);
  expect((await send(day('2024-03-10'), { path: `${PATH}?limit=none` })).status).toBe(412);
});

test('fake Kore limits requests per minute, not counting rejected ones', async () => {
  let now = NOW;
  const vendor = createFakeVendor({ company, now: () => now }, { requestsPerMinute: 2 });
  const statuses: number[] = [];
  for (const wait of [0, 30_000, 0, 29_999, 1, 0]) {
    now += wait;
    statuses.push((await send(day('2024-03-10'), { vendor })).status);
  }
  expect(statuses).toEqual([200, 200, 429, 429, 200, 429]);
  expect(await send(day('2024-03-10'), { vendor })).toMatchObject({
    body: {
      errors: [{ msg: "You've exceeded the per-minute rate limit. Please wait for sometime before retrying." }],
    },
  });
});
