import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { createRequest, type HttpHarness } from '../../test/support/http-harness.ts';
import { jsonStep, type ScriptedStep } from '../../test/support/scripted-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { createDeferred, setUpVendorHttp } from '../../test/support/vendor-http-setup.ts';
import type { Clock } from '../domain/clock.ts';
import { createMetrics } from '../observability/metrics.ts';

failOnUnhandledRejection();
const { server, connect } = setUpVendorHttp();

describe('the account’s limits', () => {
  test('makes at most `concurrency` calls at a time', async () => {
    const gates = [createDeferred(), createDeferred(), createDeferred()];
    server().script(...gates.map(({ promise }) => ({ ...jsonStep({}), until: promise })));
    const harness = connect({ concurrency: 2 });
    const calls = gates.map(() => harness.http.send(createRequest(server().url), harness.context()));
    await server().nthRequest(2);
    expect(server().received).toHaveLength(2);
    gates[0]?.resolve(undefined);
    await server().nthRequest(3);
    for (const { resolve } of gates) resolve(undefined);
    await Promise.all(calls);
  });

  function connectWithQuota(clock: ManualClock, requestsPerMinute: number, concurrency = 8): HttpHarness {
    return connect({ clock, requestsPerMinute, concurrency });
  }

  /** The context of a call that waits for the rate limit for 30 seconds. */
  const contextUntil = (harness: HttpHarness, clock: ManualClock) => {
    const waitUntilMs = clock.monotonicMs() + 30_000;
    return { ...harness.context(), waitUntilMs: () => waitUntilMs };
  };

  test('rejects a call at once when the rate limit has no start before its deadline, with the time to retry after', async () => {
    const clock = manualClock();
    server().script(jsonStep(1), jsonStep(2));
    const harness = connectWithQuota(clock, 1);
    await harness.http.send(createRequest(server().url), harness.context());
    clock.advance(29_999);
    const error = await rejectionOf(harness.http.send(createRequest(server().url), contextUntil(harness, clock)));
    expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED', reason: 'quota_local', retryAfterSeconds: 31 });
    expect(harness.records).toHaveLength(1);
    clock.advance(30_001);
    await harness.http.send(createRequest(server().url), harness.context());
    expect(server().received).toHaveLength(2);
  });

  test('waits for the rate limit when a start comes before the deadline', async () => {
    const clock = manualClock();
    server().script(jsonStep(1), jsonStep(2));
    const harness = connectWithQuota(clock, 1);
    await harness.http.send(createRequest(server().url), harness.context());
    clock.advance(30_000);
    const second = harness.http.send(createRequest(server().url), contextUntil(harness, clock));
    await new Promise((resolve) => setImmediate(resolve));
    expect(server().received).toHaveLength(1);
    clock.advance(30_000);
    await second;
    expect(server().received).toHaveLength(2);
  });

  test('frees the slot of a call that is aborted while waiting for the rate limit', async () => {
    const clock = manualClock();
    server().script(jsonStep(1), jsonStep(2));
    const harness = connectWithQuota(clock, 1, 1);
    await harness.http.send(createRequest(server().url), harness.context());
    clock.advance(59_500);
    const controller = new AbortController();
    const gone = rejectionOf(harness.http.send(createRequest(server().url), harness.context(controller.signal)));
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(clock.pendingTimers()).toBe(0);
    clock.advance(500);
    await harness.http.send(createRequest(server().url), harness.context());
    expect(server().received).toHaveLength(2);
  });

  test('counts retries against the rate limit, and makes none beyond it', async () => {
    const clock = manualClock();
    // Runs timers of 0 ms without advancing the clock.
    const setTimer: Clock['setTimer'] = (ms, callback) => {
      if (ms > 0) return clock.setTimer(ms, callback);
      setImmediate(callback);
      return () => undefined;
    };
    server().script(jsonStep(1, 503), jsonStep(2, 503), jsonStep(3));
    const harness = connect({ clock: { ...clock, setTimer }, requestsPerMinute: 2, maxRetries: 2, random: () => 0 });
    const first = contextUntil(harness, clock);
    expect((await harness.http.send(createRequest(server().url), first)).status).toBe(503);
    expect(harness.records).toHaveLength(2);
    const context = contextUntil(harness, clock);
    expect(await rejectionOf(harness.http.send(createRequest(server().url), context))).toMatchObject({
      reason: 'quota_local',
    });
    clock.advance(60_000);
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
    expect(server().received).toHaveLength(3);
  });

  test('resumes waiting calls in the order of arrival when the rate limit allows', async () => {
    const clock = manualClock();
    const harness = connectWithQuota(clock, 3);
    server().script(...Array.from({ length: 6 }, () => jsonStep({})));
    const send = (path: string) => harness.http.send(createRequest(new URL(path, server().url)), harness.context());
    for (const path of ['1', '2', '3']) {
      await send(path);
      clock.advance(300);
    }
    clock.advance(59_000);
    const waiting = ['4', '5', '6'].map(send);
    // Each step allows one more call.
    for (const [index, ms] of [100, 300, 300].entries()) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(server().received).toHaveLength(3 + index);
      clock.advance(ms);
      await server().nthRequest(4 + index);
    }
    await Promise.all(waiting);
    expect(server().received.map(({ path }) => path)).toEqual(['/1', '/2', '/3', '/4', '/5', '/6']);
  });
});

describe('a rate-limiting vendor', () => {
  const rateLimitedStep = (retryAfter?: string): ScriptedStep => ({
    ...jsonStep({}, 429),
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  });

  test('rejects queued calls at once after a 429, and sends none of them', async () => {
    const clock = manualClock();
    const answered = createDeferred();
    server().script({ ...rateLimitedStep('30'), delayUntil: answered.promise });
    const harness = connect({ clock, concurrency: 1, honorRetryAfter: true });
    const first = harness.http.send(createRequest(server().url), harness.context());
    await server().nthRequest(1);
    const waiting = Array.from({ length: 3 }, () =>
      rejectionOf(harness.http.send(createRequest(server().url), harness.context())),
    );
    answered.resolve(undefined);
    expect((await first).status).toBe(429);
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED', reason: 'rate_gate', retryAfterSeconds: 30 });
    }
    expect(server().received).toHaveLength(1);
  });

  test('keeps the circuit breaker closed after a 429', async () => {
    const shortCircuits: string[] = [];
    server().script(rateLimitedStep('30'));
    const metrics = { ...createMetrics(), circuitRejection: (account: string) => shortCircuits.push(account) };
    const harness = connect({ clock: manualClock(), circuitBreaker: true, honorRetryAfter: true, metrics });
    await harness.http.send(createRequest(server().url), harness.context());
    expect(await rejectionOf(harness.http.send(createRequest(server().url), harness.context()))).toMatchObject({
      reason: 'rate_gate',
    });
    expect(shortCircuits).toEqual([]);
  });

  test('holds calls back for longer after each 429 without Retry-After, until a call is accepted; a 5xx is not accepted', async () => {
    const clock = manualClock();
    const closings: number[] = [];
    const metrics = {
      ...createMetrics(),
      retryAfterGate: (_: string, until: number) => closings.push(until - clock.now()),
    };
    const harness = connect({ clock, honorRetryAfter: true, metrics });
    for (const step of [
      rateLimitedStep(),
      jsonStep({}, 503),
      rateLimitedStep(),
      jsonStep({}, 404),
      rateLimitedStep(),
    ]) {
      server().script(step);
      await harness.http.send(createRequest(server().url), harness.context());
      clock.advance(60_000);
    }
    expect(closings).toEqual([1000, 2000, 1000]);
  });
});
