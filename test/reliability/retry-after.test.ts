import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../src/domain/clock.ts';
import type { VendorResponse } from '../../src/http/types.ts';
import { assertOk, vendorError } from '../../src/http/response.ts';
import { rateLimitError } from '../../src/vendors/kore/rate-limit-message.ts';
import { ACCOUNT, type HttpHarness, createRequest } from '../support/http-harness.ts';
import { rejectionOf } from '../support/capture-error.ts';
import { manualClock } from '../support/clock.ts';
import { jsonStep } from '../support/scripted-server.ts';
import { rateLimitedStep, setUpScriptedVendor } from '../support/reliability-setup.ts';

const { server, connect } = setUpScriptedVendor();

const TARGET = { vendor: ACCOUNT.vendor, account: ACCOUNT.name, endpoint: 'agentstatusdetails' };

describe.each<[string, (harness: HttpHarness, clock: Clock) => Promise<unknown>]>([
  [
    'a whole answer',
    async (harness, clock) =>
      assertOk(await harness.http.send(createRequest(server().url), harness.context()), TARGET, clock.now()),
  ],
  [
    'a stream',
    (harness) => harness.http.stream(createRequest(server().url), harness.context(), () => Promise.resolve()),
  ],
])('whoever is refused %s', (_name, ask) => {
  const captureRejection = async (harness: HttpHarness, clock: Clock) => rejectionOf(ask(harness, clock));

  test.each([undefined, '0', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'is told the time for which the account is left alone where the vendor names none (%j)',
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

  test('is not tried again for that: only the vendor’s own word would be a reason', async () => {
    const clock = manualClock();
    server().script(rateLimitedStep(), jsonStep({}));
    const harness = connect({ clock, maxRetries: 2 });
    expect(await captureRejection(harness, clock)).toMatchObject({ retryAfterSeconds: 1 });
    expect(server().received).toHaveLength(1);
  });

  test.each(['7', '3600'])('is told the vendor’s own word of %s seconds', async (hint) => {
    const clock = manualClock();
    server().script(rateLimitedStep(hint));
    expect(await captureRejection(connect({ clock }), clock)).toMatchObject({ retryAfterSeconds: Number(hint) });
  });

  test.each([
    [undefined, 8],
    ['3', 8],
    ['20', 20],
  ])('together with another, of whom 10 seconds were asked 2.5 ago, and names %j: %i', async (hint, seconds) => {
    const clock = manualClock();
    const later = Promise.withResolvers<undefined>();
    server().script(rateLimitedStep('10'), { ...rateLimitedStep(hint), delayUntil: later.promise });
    const harness = connect({ clock });
    const both = [captureRejection(harness, clock), captureRejection(harness, clock)];
    expect(await Promise.race(both)).toMatchObject({ retryAfterSeconds: 10 });
    clock.advance(2500);
    later.resolve(undefined);
    const answers = (await Promise.all(both)) as { retryAfterSeconds: number }[];
    expect(answers.map(({ retryAfterSeconds }) => retryAfterSeconds).sort((a, b) => a - b)).toEqual(
      [10, seconds].sort((a, b) => a - b),
    );
  });

  test('is told a second at least where nothing is remembered', async () => {
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
])('a refusal in words and with status 200 says when to come back, too: %s', async (message, seconds) => {
  const clock = manualClock();
  server().script(jsonStep({ message }));
  const harness = connect({ clock });
  const classifyResponse = (sent: VendorResponse) => rateLimitError(sent, TARGET, clock.now());
  const response = await harness.http.send(createRequest(server().url, { classifyResponse }), harness.context());
  expect(response.status).toBe(200);
  expect(classifyResponse(response)).toMatchObject({
    code: 'VENDOR_RATE_LIMITED',
    reason: 'sentence',
    status: 200,
    retryAfterSeconds: seconds,
  });
});

test('an answer that is none such a refusal is handed on with the headers that it came with', async () => {
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

test('a refusal in words counts like one by status', async () => {
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

test('an answer that its client calls good is not tried again, whatever its status', async () => {
  server().script(jsonStep({ message: 'No Available Files' }, 500));
  const harness = connect();
  await harness.http.send(createRequest(server().url, { classifyResponse: () => null }), harness.context());
  expect(server().received).toHaveLength(1);
  expect(harness.records[0]?.outcome).toBe('OK');
});
