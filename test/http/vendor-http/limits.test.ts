import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../src/domain/clock.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { rejection } from '../../support/caught.ts';
import { type ManualClock, manualClock } from '../../support/clock.ts';
import { json, type Step } from '../../support/scripted-server.ts';
import { failOnUnhandled } from '../../support/unhandled.ts';
import { type Gateway, get } from '../support.ts';
import { gate, rig } from './rig.ts';

failOnUnhandled();
const { server, connect } = rig();

describe('the account’s limits', () => {
  test('no more calls at a time than agreed', async () => {
    const gates = [gate(), gate(), gate()];
    server().script(...gates.map(({ promise }) => ({ ...json({}), until: promise })));
    const one = connect({ concurrency: 2 });
    const calls = gates.map(() => one.http.send(get(server().url), one.scope()));
    await server().request(2);
    expect(server().received).toHaveLength(2);
    gates[0]?.resolve(undefined);
    await server().request(3);
    for (const { resolve } of gates) resolve(undefined);
    await Promise.all(calls);
  });

  function limited(clock: ManualClock, requestsPerMinute: number, concurrency = 8): Gateway {
    return connect({ clock, requestsPerMinute, concurrency });
  }

  test('a call beyond the quota is refused at once when it would wait long, and says for how long', async () => {
    const clock = manualClock();
    server().script(json(1), json(2));
    const one = limited(clock, 1);
    await one.http.send(get(server().url), one.scope());
    clock.advance(30_500);
    const error = await rejection(one.http.send(get(server().url), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED', reason: 'quota_local', retryAfterSeconds: 30 });
    expect(one.records).toHaveLength(1);
    clock.advance(29_500);
    await one.http.send(get(server().url), one.scope());
    expect(server().received).toHaveLength(2);
  });

  test('a call that need not wait long waits', async () => {
    const clock = manualClock();
    server().script(json(1), json(2));
    const one = limited(clock, 1);
    await one.http.send(get(server().url), one.scope());
    clock.advance(59_000);
    const second = one.http.send(get(server().url), one.scope());
    await new Promise((resolve) => setImmediate(resolve));
    expect(server().received).toHaveLength(1);
    clock.advance(1000);
    await second;
    expect(server().received).toHaveLength(2);
  });

  test('a caller who goes while waiting for the quota gives back its place at once', async () => {
    const clock = manualClock();
    server().script(json(1), json(2));
    const one = limited(clock, 1, 1);
    await one.http.send(get(server().url), one.scope());
    clock.advance(59_500);
    const controller = new AbortController();
    const gone = rejection(one.http.send(get(server().url), one.scope(controller.signal)));
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(clock.waiting()).toBe(0);
    clock.advance(500);
    await one.http.send(get(server().url), one.scope());
    expect(server().received).toHaveLength(2);
  });

  test('attempts after the first count, too: there is none for which the quota has no room', async () => {
    const clock = manualClock();
    // What follows at once needs nobody to move the clock.
    const after: Clock['after'] = (ms, callback) => {
      if (ms > 0) return clock.after(ms, callback);
      setImmediate(callback);
      return () => undefined;
    };
    server().script(json(1, 503), json(2, 503), json(3));
    const one = connect({ clock: { ...clock, after }, requestsPerMinute: 2, retries: 2, random: () => 0 });
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(503);
    expect(one.records).toHaveLength(2);
    expect(await rejection(one.http.send(get(server().url), one.scope()))).toMatchObject({ reason: 'quota_local' });
    clock.advance(60_000);
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(200);
    expect(server().received).toHaveLength(3);
  });

  test('who came first is the first to go on when the quota has room again', async () => {
    const clock = manualClock();
    const one = limited(clock, 3);
    server().script(...Array.from({ length: 6 }, () => json({})));
    const ask = (path: string) => one.http.send(get(new URL(path, server().url)), one.scope());
    for (const path of ['1', '2', '3']) {
      await ask(path);
      clock.advance(300);
    }
    clock.advance(59_000);
    const waiting = ['4', '5', '6'].map(ask);
    // Room for one each time.
    for (const [index, ms] of [100, 300, 300].entries()) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(server().received).toHaveLength(3 + index);
      clock.advance(ms);
      await server().request(4 + index);
    }
    await Promise.all(waiting);
    expect(server().received.map(({ path }) => path)).toEqual(['/1', '/2', '/3', '/4', '/5', '/6']);
  });
});

describe('a vendor that wants no calls', () => {
  const refused = (retryAfter?: string): Step => ({
    ...json({}, 429),
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  });

  test('gets none of those either that wait for their turn: they are told at once', async () => {
    const clock = manualClock();
    const answered = gate();
    server().script({ ...refused('30'), until: answered.promise });
    const one = connect({ clock, concurrency: 1, rateGate: true });
    const first = one.http.send(get(server().url), one.scope());
    await server().request(1);
    const waiting = Array.from({ length: 3 }, () => rejection(one.http.send(get(server().url), one.scope())));
    answered.resolve(undefined);
    expect((await first).status).toBe(429);
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED', reason: 'rate_gate', retryAfterSeconds: 30 });
    }
    expect(server().received).toHaveLength(1);
  });

  test('has no circuit open because of it', async () => {
    const shortCircuits: string[] = [];
    server().script(refused('30'));
    const metrics = { ...createMetrics(), shortCircuit: (account: string) => shortCircuits.push(account) };
    const one = connect({ clock: manualClock(), breaker: true, rateGate: true, metrics });
    await one.http.send(get(server().url), one.scope());
    expect(await rejection(one.http.send(get(server().url), one.scope()))).toMatchObject({ reason: 'rate_gate' });
    expect(shortCircuits).toEqual([]);
  });

  test('and does not say until when is left alone for longer each time until it takes a call: a failure is none', async () => {
    const clock = manualClock();
    const shut: number[] = [];
    const metrics = { ...createMetrics(), rateGate: (_: string, until: number) => shut.push(until - clock.now()) };
    const one = connect({ clock, rateGate: true, metrics });
    for (const step of [refused(), json({}, 503), refused(), json({}, 404), refused()]) {
      server().script(step);
      await one.http.send(get(server().url), one.scope());
      clock.advance(60_000);
    }
    expect(shut).toEqual([1000, 2000, 1000]);
  });
});
