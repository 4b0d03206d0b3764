import { describe, expect, jest, test } from '@jest/globals';
import { createWorker, fakeKore, KORE_ENTRY, parseFilter } from '../../../test/support/kore/account.ts';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import { HOUR } from '../../domain/time.ts';
import type { SandboxResponse } from '../sandbox.ts';
import { kore } from './index.ts';

const NOW = Date.parse('2024-05-15T12:00:00Z');
const today = { from: Date.parse('2024-05-15T08:00:00Z'), to: NOW };
const sinceMonday = { from: Date.parse('2024-05-13T10:00:00Z'), to: NOW };
const EMAIL = 'agent1@example.com';

function asking(reply: SandboxResponse) {
  return connectVendor(kore, KORE_ENTRY, () => reply, { now: NOW })
    .createDataSource()
    .statusPeriods?.(EMAIL, today);
}

describe('a status request', () => {
  test('sends a status request to the account’s URL with the token and the stream’s id', async () => {
    const harness = connectVendor(kore, KORE_ENTRY, fakeKore([createWorker(1)]), { now: NOW });
    await harness.createDataSource().statusPeriods?.(EMAIL, today);
    const [request] = harness.sent;
    expect(request?.method).toBe('POST');
    expect(request?.url.href).toBe(
      'https://platform.kore.ai/agentassist/api/public/analytics/account/63f07d26f04465685df40000/agentstatusdetails?limit=50&offset=0',
    );
    expect(request?.headers).toEqual({
      'content-type': 'application/json',
      accept: 'application/json',
      iId: KORE_ENTRY.streamId,
      auth: expect.stringMatching(/^eyJ/),
    });
  });

  test('parses a page once', async () => {
    const parse = jest.spyOn(JSON, 'parse');
    try {
      await asking(jsonReply({ hasMore: false, data: [{ userId: 'u-1', email: EMAIL, status: [] }] }));
      expect(parse.mock.calls.filter(([text]) => text.includes('"data":'))).toHaveLength(1);
    } finally {
      parse.mockRestore();
    }
  });

  test('keeps the path of the base URL', async () => {
    const accountConfig = { ...KORE_ENTRY, baseUrl: 'https://proxy.example.com/kore/' };
    const harness = connectVendor(kore, accountConfig, fakeKore([createWorker(1)]), { now: NOW });
    await harness.createDataSource().statusPeriods?.(EMAIL, today);
    expect(harness.sent[0]?.url.pathname).toMatch(/^\/kore\/agentassist\/api\/public\//);
  });

  test('requests the date of one day, or the first and last of several, always in UTC', async () => {
    const monday = { from: sinceMonday.from, to: sinceMonday.from + HOUR };
    const harness = connectVendor(kore, KORE_ENTRY, fakeKore([createWorker(1)]), { now: NOW });
    await harness.createDataSource().statusPeriods?.(EMAIL, monday);
    await harness.createDataSource().statusPeriods?.(EMAIL, sinceMonday);
    expect(harness.sent.map(({ body }) => body)).toEqual([
      '{"filter":{"agents":["agent1@example.com"],"dateFilter":{"date":"2024-05-13","timeZoneOffSet":0}}}',
      '{"filter":{"agents":["agent1@example.com"],"dateFilter":{"startDate":"2024-05-13","endDate":"2024-05-15","timeZoneOffSet":0}}}',
    ]);
  });

  test('sends no agents in an unfiltered request', async () => {
    const harness = connectVendor(kore, KORE_ENTRY, fakeKore([createWorker(1)]), { now: NOW });
    await harness.createDataSource().discover?.();
    expect(parseFilter({ body: harness.sent[0]?.body ?? '' })).toEqual({
      dateFilter: { date: '2024-05-15', timeZoneOffSet: 0 },
    });
  });
});

describe('an error response', () => {
  const minute = 'You’ve exceeded the per-minute rate limit. Please wait for sometime before retrying.';

  test.each([
    [jsonReply({ message: minute }, 200)],
    [jsonReply({ errors: [{ msg: minute.replace('’', "'"), code: 429 }] }, 400)],
    [jsonReply(minute, 400)],
    [{ status: 200, body: minute }],
    [{ status: 200, body: `\n  ${minute}\n` }],
    [{ status: 503, body: minute }],
  ])('recognises a rate limit by the words of the response: %j', async (reply) => {
    await expect(asking(reply)).rejects.toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      reason: 'sentence',
      vendor: 'KORE',
      account: 'kore-main',
      endpoint: 'agentstatusdetails',
      retryAfterSeconds: 60,
    });
  });

  test.each([200, 302, 400, 503])('passes on only the matched words of a rate limit with status %i', async (status) => {
    for (const form of [jsonReply, (body: unknown) => ({ body: `${String(body)} <b>Sorry</b>` })]) {
      const harness = connectVendor(
        kore,
        KORE_ENTRY,
        ({ headers }) => ({ ...form(`${minute} ${KORE_ENTRY.clientSecret} ${headers.auth ?? ''}`), status }),
        { now: NOW },
      );
      await expect(harness.createDataSource().statusPeriods?.(EMAIL, today)).rejects.toMatchObject({
        code: 'VENDOR_RATE_LIMITED',
        message: expect.not.stringMatching(/<|a-secret-of-the-client|eyJ/),
      });
    }
  });

  test('keeps the vendor’s Retry-After of a rate limit', async () => {
    const reply = jsonReply({ message: minute }, 200, { 'Retry-After': '7' });
    await expect(asking(reply)).rejects.toMatchObject({ code: 'VENDOR_RATE_LIMITED', retryAfterSeconds: 7 });
    await expect(asking({ status: 429 })).rejects.toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
  });

  test.each([
    ['Rate limit for this API has been reached. Please try again later', null],
    ["You've exceeded the hourly rate limit. Please wait", 3600],
  ])('recognises the message %j as a rate limit', async (message, retryAfterSeconds) => {
    await expect(asking(jsonReply({ message }))).rejects.toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterSeconds,
    });
  });

  test.each([
    'The status “You’ve exceeded the per-minute rate limit” is not known',
    "The status “You've exceeded the hourly rate limit” is not known",
    'The status “Rate limit for this API has been reached” is not known',
  ])('rejects other errors that contain the words of a rate limit without reporting one: %s', async (message) => {
    await expect(asking(jsonReply({ message }, 412))).rejects.toMatchObject({ code: 'VENDOR_REJECTED', status: 412 });
  });

  test.each([minute, 'eyJhbGciOiJIUzI1NiJ9.eyJhcHBJZCI6ImNzIn0.c2lnbmVk'])(
    'accepts a status whose name looks like a rate limit or a token: %s',
    async (secondaryStatus) => {
      const status = [{ ...createWorker(1).status?.[2], secondaryStatus }] as never;
      const harness = connectVendor(kore, KORE_ENTRY, fakeKore([{ ...createWorker(1), status }]), { now: NOW });
      const result = await harness.createDataSource().statusPeriods?.(EMAIL, today);
      expect(result?.data).toMatchObject([{ label: secondaryStatus }]);
    },
  );

  test.each(['Invalid JWT token', 'Invalid SDK credentials', 'Permission denied. Scope is incorrect!'])(
    'reports a 401 with the vendor’s message %j',
    async (msg) => {
      const refused = asking(jsonReply({ errors: [{ msg, code: 4002 }] }, 401));
      await expect(refused).rejects.toMatchObject({
        code: 'VENDOR_AUTH_FAILED',
        message: expect.stringContaining(msg),
      });
    },
  );

  test.each([
    [400, 'VENDOR_REJECTED'],
    [405, 'VENDOR_REJECTED'],
    [412, 'VENDOR_REJECTED'],
    [302, 'VENDOR_BAD_RESPONSE'],
    [502, 'VENDOR_UNAVAILABLE'],
  ])('maps status %i to %s', async (status, code) => {
    await expect(asking(jsonReply({ errors: [{ msg: 'No' }] }, status))).rejects.toMatchObject({ code });
  });

  test.each([400, 401])('redacts a secret or a token that the message of a %i quotes', async (status) => {
    const harness = connectVendor(
      kore,
      KORE_ENTRY,
      ({ headers }) =>
        jsonReply({ message: `Bad key ${KORE_ENTRY.clientSecret} or token ${headers.auth ?? ''}, sorry` }, status),
      { now: NOW },
    );
    const refused = harness.createDataSource().statusPeriods?.(EMAIL, today);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining('Bad key [secret] or token [token], sorry'),
    });
  });
});

test.each([
  ['{}'],
  ['[]'],
  ['7'],
  ['null'],
  [''],
  ['<html>Log in</html>'],
  ['{"data":{}}'],
  ['{"hasMore":false,"data":[null]}'],
  ['{"hasMore":false,"data":[{"email":"agent1@example.com","status":{}}]}'],
])('rejects an invalid response: %s', async (body) => {
  await expect(asking({ status: 200, body })).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
});

test('accepts unknown fields, a byte order mark and missing optional fields', async () => {
  const body = `\uFEFF${JSON.stringify({ data: [{ email: EMAIL, aId: 'a-1', events: [{ ip: '1' }] }], version: 3 })}`;
  expect((await asking({ status: 200, body }))?.data).toEqual([]);
});
