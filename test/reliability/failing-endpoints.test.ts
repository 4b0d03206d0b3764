import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { Dispatcher } from 'undici';
import type { CircuitState } from '../../src/observability/labels.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { get } from '../http/support.ts';
import { rejection } from '../support/caught.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';
import { json } from '../support/scripted-server.ts';
import { settle } from '../support/settle.ts';
import { scriptedVendor } from './support.ts';

const { server, connect } = scriptedVendor();

/** An account whose endpoint has failed five times just now. */
async function broken(clock: ManualClock, metrics = createMetrics()) {
  server().script(...Array.from({ length: 5 }, () => json({}, 500)));
  const one = connect({ clock, retries: 0, metrics, random: () => 0.5 });
  for (let i = 0; i < 5; i += 1) await one.http.send(get(server().url), one.scope());
  return one;
}

describe('an endpoint that fails five times in a row', () => {
  test('is not called any more; its callers are told at once', async () => {
    const metrics = createMetrics();
    const one = await broken(manualClock(), metrics);
    let signed = 0;
    const request = get(server().url, { authorize: () => ({ auth: `${(signed += 1)}` }) });
    expect(await rejection(one.http.send(request, one.scope()))).toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
      reason: 'circuit_open',
      retryAfterSeconds: 10,
      retryable: true,
    });
    expect(signed).toBe(0);
    expect(server().received).toHaveLength(5);
    const text = await metrics.text();
    const labels = '{account="kore-main",endpoint="agentstatusdetails"}';
    expect(text).toContain(`switchboard_circuit_state${labels} 2`);
    expect(text).toContain(`switchboard_circuit_short_circuits_total${labels} 1`);
  });

  test('costs the account’s other endpoints nothing', async () => {
    const one = await broken(manualClock());
    server().script(json({}));
    expect((await one.http.send(get(server().url, { endpoint: 'other' }), one.scope())).status).toBe(200);
  });

  test('is tried by one call of a hundred once the time is over, and by all once that one was well', async () => {
    const clock = manualClock();
    const one = await broken(clock);
    clock.advance(10_000);
    const [probing, probed] = [Promise.withResolvers<undefined>(), server().request(6)];
    server().script({ ...json({}), until: probing.promise }, json({}));
    const calls = Array.from({ length: 100 }, () =>
      one.http.send(get(server().url), one.scope()).then(
        ({ status }) => status,
        (error: unknown) => (error as { reason: string }).reason,
      ),
    );
    await probed;
    await settle();
    probing.resolve(undefined);
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => outcome === 200)).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'circuit_open')).toHaveLength(99);
    expect(server().received).toHaveLength(6);
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(200);
  });

  test('by a call’s own attempt: the call ends at once, with the vendor’s answer', async () => {
    const clock = manualClock();
    server().script(...Array.from({ length: 5 }, () => json({}, 502)));
    const one = connect({ clock, random: () => 0.5 });
    const post = get(server().url, { method: 'POST', body: '{}' });
    for (let i = 0; i < 4; i += 1) await one.http.send(post, one.scope());
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(502);
    expect(clock.waiting()).toBe(0);
  });

  test('while a call waits for its next attempt: the call gets the vendor’s answer, not ours', async () => {
    const clock = manualClock();
    server().script(...Array.from({ length: 5 }, (_, i) => json({}, 500 + i)));
    const one = connect({ clock, random: () => 0.5 });
    const waiting = one.http.send(get(server().url), one.scope());
    while (one.records.length < 1) await settle();
    const post = get(server().url, { method: 'POST', body: '{}' });
    for (let i = 0; i < 4; i += 1) await one.http.send(post, one.scope());
    clock.advance(100);
    expect((await waiting).status).toBe(500);
    expect(server().received).toHaveLength(5);
  });
});

test.each([400, 401, 404, 422])('a vendor that says no, %i, is well', async (status) => {
  server().script(...Array.from({ length: 20 }, () => json({}, status)));
  const one = connect();
  for (let i = 0; i < 20; i += 1) await one.http.send(get(server().url), one.scope());
  expect(server().received).toHaveLength(20);
});

test('callers who go say nothing about the vendor', async () => {
  const one = connect();
  server().script(...Array.from({ length: 10 }, () => ({ hang: true })), json({}));
  for (let i = 1; i <= 10; i += 1) {
    const controller = new AbortController();
    const gone = rejection(one.http.send(get(server().url), one.scope(controller.signal)));
    await server().request(i);
    controller.abort();
    await gone;
  }
  expect((await one.http.send(get(server().url), one.scope())).status).toBe(200);
});

test('switched off, a failing endpoint is called again and again', async () => {
  server().script(...Array.from({ length: 30 }, () => json({}, 500)));
  const one = connect({ breaker: false, retries: 0 });
  for (let i = 0; i < 30; i += 1) await one.http.send(get(server().url), one.scope());
  expect(server().received).toHaveLength(30);
});

test('no more calls wait than the queue holds; the others are told at once', async () => {
  const first = Promise.withResolvers<undefined>();
  server().script({ ...json({}), until: first.promise }, json({}), json({}));
  const one = connect({ concurrency: 1, queue: 2 });
  const calls = Array.from({ length: 3 }, () => one.http.send(get(server().url), one.scope()));
  await server().request(1);
  expect(await rejection(one.http.send(get(server().url), one.scope()))).toMatchObject({
    code: 'VENDOR_UNAVAILABLE',
    reason: 'bulkhead_full',
    retryable: true,
  });
  first.resolve(undefined);
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

describe('a brown-out over ten thousand calls', () => {
  /** Pseudo-random and always the same (mulberry32). */
  function seeded(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  test.each([0.1, 0.3, 0.7, 1])(
    'with a share of %f failing, retries and probes stay few',
    async (share) => {
      const clock = manualClock();
      const dice = seeded(7);
      let calls = 0;
      const dispatcher = {
        request: () => {
          calls += 1;
          const statusCode = dice() < share ? 503 : 200;
          return Promise.resolve({ statusCode, headers: {}, body: Readable.from([]) });
        },
        destroy: () => Promise.resolve(),
      } as unknown as Dispatcher;
      const opened: number[] = [];
      const circuit = (_account: string, _endpoint: string, state: CircuitState) => {
        if (state === 'open') opened.push(clock.elapsed());
      };
      const one = connect({ clock, dispatcher, random: seeded(8), metrics: { ...createMetrics(), circuit } });

      let pending = 0;
      for (let i = 1; i <= 10_000; i += 1) {
        pending += 1;
        void one.http
          .send(get('http://vendor.example/'), one.scope())
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
    30_000,
  );
});
