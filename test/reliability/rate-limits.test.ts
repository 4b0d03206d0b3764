import { describe, expect, test } from '@jest/globals';
import { createMetrics } from '../../src/observability/metrics.ts';
import { rejectionOf } from '../support/capture-error.ts';
import { manualClock } from '../support/clock.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { ACCOUNT, createRequest } from '../support/http-harness.ts';
import { rateLimitedStep, setUpScriptedVendor } from '../support/reliability-setup.ts';
import { jsonStep } from '../support/scripted-server.ts';

const { server, connect } = setUpScriptedVendor();

describe('a rate limit with Retry-After', () => {
  test('blocks all calls of the account until Retry-After has passed, for all callers and endpoints', async () => {
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
      `switchboard_retry_after_gate_timestamp_seconds{account="kore-main"} ${(clock.now() - 12_500) / 1000 + 30}`,
    );

    clock.advance(17_500);
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
  });

  test('blocks no other account', async () => {
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
  ])('caps Retry-After at 15 minutes: %s', async (_name, retryAfter) => {
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

  test('accepts Retry-After as a date', async () => {
    const clock = manualClock(Date.parse('2026-11-20T09:30:00Z'));
    server().script(rateLimitedStep('Fri, 20 Nov 2026 09:31:00 GMT'));
    const harness = connect({ clock });
    await harness.http.send(createRequest(server().url), harness.context());
    expect(await rejectionOf(harness.http.send(createRequest(server().url), harness.context()))).toMatchObject({
      retryAfterSeconds: 60,
    });
  });

  test.each([429, 503])('waits for a short Retry-After with status %i and retries the call', async (status) => {
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

  test('does not retry after a 503 with a long Retry-After, and keeps the account open', async () => {
    server().script({ ...jsonStep({}, 503), headers: { 'retry-after': '60' } }, jsonStep({}));
    const harness = connect();
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(503);
    expect(server().received).toHaveLength(1);
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
  });
});

describe.each([undefined, '0', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
  'a rate limit without a usable Retry-After (%j)',
  (hint) => {
    test(`lets calls wait for one second after a 429 with Retry-After ${hint}`, async () => {
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

    test(`doubles the wait after repeated 429s with Retry-After ${hint}, and rejects calls immediately`, async () => {
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

    test(`resets the wait to one second after a success, with Retry-After ${hint}`, async () => {
      const clock = manualClock();
      server().script(rateLimitedStep(hint), jsonStep({}), rateLimitedStep(hint), jsonStep({}));
      const harness = connect({ clock, maxRetries: 0 });
      for (const wait of [0, 1000, 0, 1000]) {
        clock.advance(wait);
        await harness.http.send(createRequest(server().url), harness.context());
      }
      expect(server().received).toHaveLength(4);
    });
  },
);

test('leaves no timer behind when a caller aborts while it waits for the gate', async () => {
  const clock = manualClock();
  server().script(rateLimitedStep());
  const harness = connect({ clock, concurrency: 1 });
  await harness.http.send(createRequest(server().url), harness.context());
  const controller = new AbortController();
  const aborted = rejectionOf(harness.http.send(createRequest(server().url), harness.context(controller.signal)));
  await flushPromises();
  controller.abort();
  expect(await aborted).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
  expect(clock.pendingTimers()).toBe(0);
});

test('returns Retry-After but does not block the account when the gate is switched off', async () => {
  server().script(rateLimitedStep('30'), jsonStep({}));
  const harness = connect({ honorRetryAfter: false });
  await harness.http.send(createRequest(server().url), harness.context());
  expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
});
