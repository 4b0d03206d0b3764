import { describe, expect, test } from '@jest/globals';
import { createMetrics } from '../../src/observability/metrics.ts';
import { ACCOUNT, createRequest } from '../support/http-harness.ts';
import { rejectionOf } from '../support/capture-error.ts';
import { manualClock } from '../support/clock.ts';
import { jsonStep } from '../support/scripted-server.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { rateLimitedStep, setUpScriptedVendor } from '../support/reliability-setup.ts';

const { server, connect } = setUpScriptedVendor();

describe('a vendor that names a time', () => {
  test('is not called before it, by nobody and for no endpoint of the account', async () => {
    const clock = manualClock();
    const metrics = createMetrics();
    server().script(rateLimitedStep('30'), jsonStep({}));
    const harness = connect({ clock, metrics });
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(429);

    clock.advance(12_500);
    const errors = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        rejectionOf(
          harness.http.send(createRequest(server().url, { endpoint: `endpoint-${i % 3}` }), harness.context()),
        ),
      ),
    );
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'VENDOR_RATE_LIMITED',
        reason: 'rate_gate',
        retryAfterSeconds: 18,
        retryable: true,
      });
    }
    expect(server().received).toHaveLength(1);
    expect(await metrics.text()).toContain(
      `switchboard_retry_after_gate_until_seconds{account="kore-main"} ${(clock.now() - 12_500) / 1000 + 30}`,
    );

    clock.advance(17_500);
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
  });

  test('costs other accounts nothing', async () => {
    server().script(rateLimitedStep('30'), jsonStep({}));
    const [harness, other] = [connect(), connect({ account: { ...ACCOUNT, name: 'kore-other' } })];
    await harness.http.send(createRequest(server().url), harness.context());
    expect((await other.http.send(createRequest(server().url), other.context())).status).toBe(200);
  });

  test.each([
    ['an hour', '3600'],
    ['a day', '86400'],
    ['for ever', '9'.repeat(30)],
    ['a date far away', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('is not believed for more than 15 minutes: %s', async (_name, retryAfter) => {
    const clock = manualClock();
    server().script(rateLimitedStep(retryAfter), jsonStep({}));
    const harness = connect({ clock });
    await harness.http.send(createRequest(server().url), harness.context());
    clock.advance(890_000);
    expect(await rejectionOf(harness.http.send(createRequest(server().url), harness.context()))).toMatchObject({
      retryAfterSeconds: 10,
    });
    clock.advance(10_000);
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
  });

  test('in a date: until then', async () => {
    const clock = manualClock(Date.parse('2026-11-20T09:30:00Z'));
    server().script(rateLimitedStep('Fri, 20 Nov 2026 09:31:00 GMT'));
    const harness = connect({ clock });
    await harness.http.send(createRequest(server().url), harness.context());
    expect(await rejectionOf(harness.http.send(createRequest(server().url), harness.context()))).toMatchObject({
      retryAfterSeconds: 60,
    });
  });

  test.each([429, 503])('close by, with status %i: the call itself waits, and is tried again', async (status) => {
    const clock = manualClock();
    server().script({ ...jsonStep({}, status), headers: { 'retry-after': '2' } }, jsonStep({ good: true }));
    const harness = connect({ clock });
    const reply = harness.http.send(createRequest(server().url), harness.context());
    while (harness.records.length < 1) await flushPromises();
    clock.advance(1999);
    await flushPromises();
    expect(server().received).toHaveLength(1);
    clock.advance(1);
    expect((await reply).status).toBe(200);
    expect(clock.pendingTimers()).toBe(0);
  });

  test('by 503: this call is not tried again, but the account stays open', async () => {
    server().script({ ...jsonStep({}, 503), headers: { 'retry-after': '60' } }, jsonStep({}));
    const harness = connect();
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(503);
    expect(server().received).toHaveLength(1);
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
  });
});

describe.each([undefined, '0', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT'])('a vendor that names none (%j)', (hint) => {
  test('is left alone for a second: whoever comes waits that long, and no longer', async () => {
    const clock = manualClock();
    server().script(rateLimitedStep(hint), jsonStep({}), jsonStep({}));
    const harness = connect({ clock, maxRetries: 0 });
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(429);
    const next = [1, 2].map(() => harness.http.send(createRequest(server().url), harness.context()));
    await flushPromises();
    clock.advance(999);
    await flushPromises();
    expect(server().received).toHaveLength(1);
    clock.advance(1);
    expect((await Promise.all(next)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('again and again is left alone for longer and longer, and callers are told so at once', async () => {
    const clock = manualClock();
    server().script(rateLimitedStep(hint), rateLimitedStep(hint), rateLimitedStep(hint));
    const harness = connect({ clock, maxRetries: 0 });
    for (const wait of [0, 1000, 2000]) {
      clock.advance(wait);
      await harness.http.send(createRequest(server().url), harness.context());
    }
    expect(await rejectionOf(harness.http.send(createRequest(server().url), harness.context()))).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterSeconds: 4,
    });
    expect(server().received).toHaveLength(3);
  });

  test('but took a call in between is left alone for a second again', async () => {
    const clock = manualClock();
    server().script(rateLimitedStep(hint), jsonStep({}), rateLimitedStep(hint), jsonStep({}));
    const harness = connect({ clock, maxRetries: 0 });
    for (const wait of [0, 1000, 0, 1000]) {
      clock.advance(wait);
      await harness.http.send(createRequest(server().url), harness.context());
    }
    expect(server().received).toHaveLength(4);
  });
});

test('a caller who goes while waiting at the gate leaves nothing behind', async () => {
  const clock = manualClock();
  server().script(rateLimitedStep());
  const harness = connect({ clock, concurrency: 1 });
  await harness.http.send(createRequest(server().url), harness.context());
  const controller = new AbortController();
  const gone = rejectionOf(harness.http.send(createRequest(server().url), harness.context(controller.signal)));
  await flushPromises();
  controller.abort();
  expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
  expect(clock.pendingTimers()).toBe(0);
});

test('switched off, the vendor’s word is handed on but not remembered', async () => {
  server().script(rateLimitedStep('30'), jsonStep({}));
  const harness = connect({ honorRetryAfter: false });
  await harness.http.send(createRequest(server().url), harness.context());
  expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
});
