import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../src/domain/clock.ts';
import type { VendorReply } from '../../src/http/call.ts';
import { requireOk, vendorError } from '../../src/http/reply.ts';
import { rateLimitError } from '../../src/vendors/kore/refusal.ts';
import { ACCOUNT, type Gateway, get } from '../http/support.ts';
import { rejection } from '../support/caught.ts';
import { manualClock } from '../support/clock.ts';
import { json } from '../support/scripted-server.ts';
import { refused, scriptedVendor } from './support.ts';

const { server, connect } = scriptedVendor();

const TARGET = { vendor: ACCOUNT.vendor, account: ACCOUNT.name, endpoint: 'agentstatusdetails' };

describe.each<[string, (one: Gateway, clock: Clock) => Promise<unknown>]>([
  [
    'a whole answer',
    async (one, clock) => requireOk(await one.http.send(get(server().url), one.scope()), TARGET, clock.now()),
  ],
  ['a stream', (one) => one.http.stream(get(server().url), one.scope(), () => Promise.resolve())],
])('whoever is refused %s', (_name, ask) => {
  const told = async (one: Gateway, clock: Clock) => rejection(ask(one, clock));

  test.each([undefined, '0', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'is told the time for which the account is left alone where the vendor names none (%j)',
    async (hint) => {
      const clock = manualClock();
      server().script(...Array.from({ length: 4 }, () => refused(hint)));
      const one = connect({ clock, retries: 0 });
      for (const seconds of [1, 2, 4, 8]) {
        expect(await told(one, clock)).toMatchObject({
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
    server().script(refused(), json({}));
    const one = connect({ clock, retries: 2 });
    expect(await told(one, clock)).toMatchObject({ retryAfterSeconds: 1 });
    expect(server().received).toHaveLength(1);
  });

  test.each(['7', '3600'])('is told the vendor’s own word of %s seconds', async (hint) => {
    const clock = manualClock();
    server().script(refused(hint));
    expect(await told(connect({ clock }), clock)).toMatchObject({ retryAfterSeconds: Number(hint) });
  });

  test.each([
    [undefined, 8],
    ['3', 8],
    ['20', 20],
  ])('together with another, of whom 10 seconds were asked 2.5 ago, and names %j: %i', async (hint, seconds) => {
    const clock = manualClock();
    const later = Promise.withResolvers<undefined>();
    server().script(refused('10'), { ...refused(hint), until: later.promise });
    const one = connect({ clock });
    const both = [told(one, clock), told(one, clock)];
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
    server().script(refused('30'), refused(), refused('0'), refused());
    const one = connect({ clock, rateGate: false, retries: 0 });
    const errors = [];
    for (let i = 0; i < 4; i += 1) errors.push(await told(one, clock));
    expect(errors).toMatchObject([30, 1, 1, 1].map((retryAfterSeconds) => ({ retryAfterSeconds })));
  });
});

test.each([
  ['Rate limit for this API has been reached', 1],
  ['You’ve exceeded the per-minute rate limit', 60],
])('a refusal in words and with status 200 says when to come back, too: %s', async (message, seconds) => {
  const clock = manualClock();
  server().script(json({ message }));
  const one = connect({ clock });
  const trouble = (sent: VendorReply) => rateLimitError(sent, TARGET, clock.now());
  const reply = await one.http.send(get(server().url, { trouble }), one.scope());
  expect(reply.status).toBe(200);
  expect(trouble(reply)).toMatchObject({
    code: 'VENDOR_RATE_LIMITED',
    reason: 'sentence',
    status: 200,
    retryAfterSeconds: seconds,
  });
});

test('an answer that is none such a refusal is handed on with the headers that it came with', async () => {
  server().script(json({}), { ...json({}, 503), headers: { 'retry-after': '0' } });
  const one = connect({ retries: 0 });
  expect((await one.http.send(get(server().url), one.scope())).headers).not.toHaveProperty('retry-after');
  expect((await one.http.send(get(server().url), one.scope())).headers).toHaveProperty('retry-after', '0');
});

test('a refusal in words counts like one by status', async () => {
  const clock = manualClock();
  server().script(json({ message: 'You have exceeded the limit' }), json({}));
  const one = connect({ clock });
  const trouble = () => vendorError(TARGET, 'VENDOR_RATE_LIMITED', { retryAfterSeconds: 60 });
  await one.http.send(get(server().url, { trouble }), one.scope());
  expect(one.records[0]?.outcome).toBe('VENDOR_RATE_LIMITED');
  expect(await rejection(one.http.send(get(server().url), one.scope()))).toMatchObject({ retryAfterSeconds: 60 });
  expect(server().received).toHaveLength(1);
});

test('an answer that its client calls good is not tried again, whatever its status', async () => {
  server().script(json({ message: 'No Available Files' }, 500));
  const one = connect();
  await one.http.send(get(server().url, { trouble: () => null }), one.scope());
  expect(server().received).toHaveLength(1);
  expect(one.records[0]?.outcome).toBe('OK');
});
