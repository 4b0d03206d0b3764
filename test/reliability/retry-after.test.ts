import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../src/domain/clock.ts';
import { assertOk, parseJsonBody, vendorError } from '../../src/http/response.ts';
import type { VendorResponse } from '../../src/http/types.ts';
import { rateLimitError } from '../../src/vendors/kore/rate-limit-message.ts';
import { rejectionOf } from '../support/capture-error.ts';
import { manualClock } from '../support/clock.ts';
import { ACCOUNT, createRequest, type HttpHarness } from '../support/http-harness.ts';
import { rateLimitedStep, setUpScriptedVendor } from '../support/reliability-setup.ts';
import { jsonStep } from '../support/scripted-server.ts';

const { server, connect } = setUpScriptedVendor();

const TARGET = { vendor: ACCOUNT.vendor, account: ACCOUNT.name, endpoint: 'agentstatusdetails' };

describe.each<[string, (harness: HttpHarness, clock: Clock) => Promise<unknown>]>([
  [
    'a complete response',
    async (harness, clock) =>
      assertOk(await harness.http.send(createRequest(server().url), harness.context()), TARGET, clock.now()),
  ],
  [
    'a stream',
    (harness) => harness.http.stream(createRequest(server().url), harness.context(), () => Promise.resolve()),
  ],
])('a rate-limited call for %s', (name, send) => {
  const captureRejection = async (harness: HttpHarness, clock: Clock) => rejectionOf(send(harness, clock));

  test.each([undefined, '0', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    `reports the gate’s wait as retryAfterSeconds without a usable Retry-After (%j), for ${name}`,
    async (hint) => {
      const clock = manualClock();
      server().script(...Array.from({ length: 4 }, () => rateLimitedStep(hint)));
      const harness = connect({ clock, maxRetries: 0 });
      for (const seconds of [1, 2, 4, 8]) {
        expect(await captureRejection(harness, clock)).toMatchObject({
          ...TARGET,
          code: 'VENDOR_RATE_LIMITED',
          status: 429,
          reason: 'status_429',
          message: 'The vendor’s rate limit is exceeded (HTTP 429): too many',
          retryAfterSeconds: seconds,
        });
        clock.advance(seconds * 1000);
      }
      expect(server().received).toHaveLength(4);
    },
  );

  test(`does not retry ${name} without Retry-After`, async () => {
    const clock = manualClock();
    server().script(rateLimitedStep(), jsonStep({}));
    const harness = connect({ clock, maxRetries: 2 });
    expect(await captureRejection(harness, clock)).toMatchObject({ retryAfterSeconds: 1 });
    expect(server().received).toHaveLength(1);
  });

  test.each(['7', '3600'])(`reports the vendor’s Retry-After of %s seconds, for ${name}`, async (hint) => {
    const clock = manualClock();
    server().script(rateLimitedStep(hint));
    expect(await captureRejection(connect({ clock }), clock)).toMatchObject({ retryAfterSeconds: Number(hint) });
  });

  test.each([
    [undefined, 8],
    ['3', 8],
    ['20', 20],
  ])(
    `reports the longer wait when a concurrent call got 10 seconds 2.5 s ago and this one %j: %i, for ${name}`,
    async (hint, seconds) => {
      const clock = manualClock();
      const later = Promise.withResolvers<undefined>();
      server().script(rateLimitedStep('10'), { ...rateLimitedStep(hint), delayUntil: later.promise });
      const harness = connect({ clock });
      const both = [captureRejection(harness, clock), captureRejection(harness, clock)];
      expect(await Promise.race(both)).toMatchObject({ retryAfterSeconds: 10 });
      clock.advance(2500);
      later.resolve(undefined);
      const rejections = (await Promise.all(both)) as { retryAfterSeconds: number }[];
      expect(rejections.map(({ retryAfterSeconds }) => retryAfterSeconds).sort((a, b) => a - b)).toEqual(
        [10, seconds].sort((a, b) => a - b),
      );
    },
  );

  test(`reports at least one second when the gate is switched off, for ${name}`, async () => {
    const clock = manualClock();
    server().script(rateLimitedStep('30'), rateLimitedStep(), rateLimitedStep('0'), rateLimitedStep());
    const harness = connect({ clock, honorRetryAfter: false, maxRetries: 0 });
    const errors = [];
    for (let i = 0; i < 4; i += 1) errors.push(await captureRejection(harness, clock));
    expect(errors).toMatchObject([30, 1, 1, 1].map((retryAfterSeconds) => ({ retryAfterSeconds })));
  });
});

test.each([
  ['Rate limit for this API has been reached', 1],
  ['You’ve exceeded the per-minute rate limit', 60],
])('reports when to retry for a rate limit in the message of a 200: %s', async (message, seconds) => {
  const clock = manualClock();
  server().script(jsonStep({ message }));
  const harness = connect({ clock });
  const classifyResponse = (sent: VendorResponse) =>
    rateLimitError(sent, parseJsonBody(sent.body), TARGET, clock.now());
  const response = await harness.http.send(createRequest(server().url, { classifyResponse }), harness.context());
  expect(response.status).toBe(200);
  expect(classifyResponse(response)).toMatchObject({
    code: 'VENDOR_RATE_LIMITED',
    reason: 'sentence',
    status: 200,
    retryAfterSeconds: seconds,
  });
});

test('returns any other response with its own headers', async () => {
  server().script(jsonStep({}), { ...jsonStep({}, 503), headers: { 'retry-after': '0' } });
  const harness = connect({ maxRetries: 0 });
  expect((await harness.http.send(createRequest(server().url), harness.context())).headers).not.toHaveProperty(
    'retry-after',
  );
  expect((await harness.http.send(createRequest(server().url), harness.context())).headers).toHaveProperty(
    'retry-after',
    '0',
  );
});

test('blocks the account after a rate limit in the message of a 200', async () => {
  const clock = manualClock();
  server().script(jsonStep({ message: 'You have exceeded the limit' }), jsonStep({}));
  const harness = connect({ clock });
  const classifyResponse = () => vendorError(TARGET, 'VENDOR_RATE_LIMITED', { retryAfterSeconds: 60 });
  await harness.http.send(createRequest(server().url, { classifyResponse }), harness.context());
  expect(harness.records[0]?.outcome).toBe('VENDOR_RATE_LIMITED');
  expect(await rejectionOf(harness.http.send(createRequest(server().url), harness.context()))).toMatchObject({
    retryAfterSeconds: 60,
  });
  expect(server().received).toHaveLength(1);
});

test('does not retry a response that the client classifies as good, whatever its status', async () => {
  server().script(jsonStep({ message: 'No Available Files' }, 500));
  const harness = connect();
  await harness.http.send(createRequest(server().url, { classifyResponse: () => null }), harness.context());
  expect(server().received).toHaveLength(1);
  expect(harness.records[0]?.outcome).toBe('OK');
});
