import { describe, expect, test } from '@jest/globals';
import type { CircuitState } from '../../src/http/ports.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { rejectionOf } from '../support/capture-error.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';
import { createFakeDispatcher } from '../support/fake-dispatcher.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { createRequest } from '../support/http-harness.ts';
import { setUpScriptedVendor } from '../support/reliability-setup.ts';
import { jsonStep } from '../support/scripted-server.ts';

const { server, connect } = setUpScriptedVendor();

/** An account with an endpoint that has just failed five times. */
async function createOpenCircuit(clock: ManualClock, metrics = createMetrics()) {
  server().script(...Array.from({ length: 5 }, () => jsonStep({}, 500)));
  const harness = connect({ clock, maxRetries: 0, metrics, random: () => 0.5 });
  for (let i = 0; i < 5; i += 1) await harness.http.send(createRequest(server().url), harness.context());
  return harness;
}

describe('an endpoint that fails five times in a row', () => {
  test('rejects calls immediately while the circuit is open', async () => {
    const metrics = createMetrics();
    const harness = await createOpenCircuit(manualClock(), metrics);
    let signatures = 0;
    const request = createRequest(server().url, { authorize: () => ({ auth: `${(signatures += 1)}` }) });
    expect(await rejectionOf(harness.http.send(request, harness.context()))).toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
      reason: 'circuit_open',
      retryAfterSeconds: 10,
      retryable: true,
    });
    expect(signatures).toBe(0);
    expect(server().received).toHaveLength(5);
    const text = await metrics.text();
    const labels = '{account="kore-main",endpoint="agentstatusdetails"}';
    expect(text).toContain(`switchboard_circuit_state${labels} 2`);
    expect(text).toContain(`switchboard_circuit_rejections_total${labels} 1`);
  });

  test('keeps calling the other endpoints of an account with an open circuit', async () => {
    const harness = await createOpenCircuit(manualClock());
    server().script(jsonStep({}));
    expect(
      (await harness.http.send(createRequest(server().url, { endpoint: 'other' }), harness.context())).status,
    ).toBe(200);
  });

  test('sends one probe of a hundred calls to a half-open circuit, and all calls after it succeeds', async () => {
    const clock = manualClock();
    const harness = await createOpenCircuit(clock);
    clock.advance(10_000);
    const [probing, probed] = [Promise.withResolvers<undefined>(), server().nthRequest(6)];
    server().script({ ...jsonStep({}), delayUntil: probing.promise }, jsonStep({}));
    const calls = Array.from({ length: 100 }, () =>
      harness.http.send(createRequest(server().url), harness.context()).then(
        ({ status }) => status,
        (error: unknown) => (error as { reason: string }).reason,
      ),
    );
    await probed;
    await flushPromises();
    probing.resolve(undefined);
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => outcome === 200)).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'circuit_open')).toHaveLength(99);
    expect(server().received).toHaveLength(6);
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
  });

  test('returns the vendor’s response of the attempt that opened the circuit, without a retry', async () => {
    const clock = manualClock();
    server().script(...Array.from({ length: 5 }, () => jsonStep({}, 502)));
    const harness = connect({ clock, random: () => 0.5 });
    const post = createRequest(server().url, { method: 'POST', body: '{}' });
    for (let i = 0; i < 4; i += 1) await harness.http.send(post, harness.context());
    expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(502);
    expect(clock.pendingTimers()).toBe(0);
  });

  test('returns the vendor’s last response when the circuit opens between attempts', async () => {
    const clock = manualClock();
    server().script(...Array.from({ length: 5 }, (_, i) => jsonStep({}, 500 + i)));
    const harness = connect({ clock, random: () => 0.5 });
    const waiting = harness.http.send(createRequest(server().url), harness.context());
    while (harness.records.length < 1) await flushPromises();
    const post = createRequest(server().url, { method: 'POST', body: '{}' });
    for (let i = 0; i < 4; i += 1) await harness.http.send(post, harness.context());
    clock.advance(100);
    expect((await waiting).status).toBe(500);
    expect(server().received).toHaveLength(5);
  });
});

test.each([400, 401, 404, 422])('counts a response with status %i as a success of the endpoint', async (status) => {
  server().script(...Array.from({ length: 20 }, () => jsonStep({}, status)));
  const harness = connect();
  for (let i = 0; i < 20; i += 1) await harness.http.send(createRequest(server().url), harness.context());
  expect(server().received).toHaveLength(20);
});

test('ignores cancelled calls in the circuit breaker', async () => {
  const harness = connect();
  server().script(...Array.from({ length: 10 }, () => ({ hang: true })), jsonStep({}));
  for (let i = 1; i <= 10; i += 1) {
    const controller = new AbortController();
    const gone = rejectionOf(harness.http.send(createRequest(server().url), harness.context(controller.signal)));
    await server().nthRequest(i);
    controller.abort();
    await gone;
  }
  expect((await harness.http.send(createRequest(server().url), harness.context())).status).toBe(200);
});

test('keeps calling a failing endpoint without a circuit breaker', async () => {
  server().script(...Array.from({ length: 30 }, () => jsonStep({}, 500)));
  const harness = connect({ circuitBreaker: false, maxRetries: 0 });
  for (let i = 0; i < 30; i += 1) await harness.http.send(createRequest(server().url), harness.context());
  expect(server().received).toHaveLength(30);
});

test('rejects calls immediately when the queue is full', async () => {
  const first = Promise.withResolvers<undefined>();
  server().script({ ...jsonStep({}), delayUntil: first.promise }, jsonStep({}), jsonStep({}));
  const harness = connect({ concurrency: 1, maxQueued: 2 });
  const calls = Array.from({ length: 3 }, () => harness.http.send(createRequest(server().url), harness.context()));
  await server().nthRequest(1);
  expect(await rejectionOf(harness.http.send(createRequest(server().url), harness.context()))).toMatchObject({
    code: 'VENDOR_UNAVAILABLE',
    reason: 'bulkhead_full',
    retryable: true,
  });
  first.resolve(undefined);
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

describe('a brown-out over ten thousand calls', () => {
  /** A seeded PRNG (mulberry32). */
  function seededRandom(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  test.each([0.1, 0.3, 0.7, 1])(
    'keeps retries and probes few while a share of %f of the calls fails',
    async (share) => {
      const clock = manualClock();
      const random = seededRandom(7);
      let calls = 0;
      const dispatcher = createFakeDispatcher(() => {
        calls += 1;
        return { statusCode: random() < share ? 503 : 200 };
      });
      const opened: number[] = [];
      const circuitState = (_account: string, _endpoint: string, state: CircuitState) => {
        if (state === 'open') opened.push(clock.monotonicMs());
      };
      const harness = connect({
        clock,
        dispatcher,
        random: seededRandom(8),
        metrics: { ...createMetrics(), circuitState },
      });

      let pending = 0;
      for (let i = 1; i <= 10_000; i += 1) {
        pending += 1;
        void harness.http
          .send(createRequest('http://vendor.example/'), harness.context())
          .catch(() => undefined)
          .finally(() => (pending -= 1));
        clock.advance(20);
        if (i % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      while (pending > 0) {
        clock.advance(100);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(calls).toBeLessThanOrEqual(1.1 * 10_000 + 2 * 25);
      const gaps = opened.slice(1).map((at, i) => at - (opened[i] ?? 0));
      for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(8000);
      if (share === 0.1) expect(opened).toEqual([]);
      if (share === 1) expect(calls).toBeLessThan(40);
    },
  );
});
