import { describe, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { get } from '../http/support.ts';
import { rejection } from '../support/caught.ts';
import { freePort } from '../support/free-port.ts';
import { manualClock } from '../support/clock.ts';
import { json, redirectTo, type Step } from '../support/scripted-server.ts';
import { settle } from '../support/settle.ts';
import { scriptedVendor } from './support.ts';

const { server, connect } = scriptedVendor();

const FAILURES: readonly (readonly [string, Step])[] = [
  ...[500, 502, 503, 504].map((status) => [`status ${status}`, json({}, status)] as const),
  ['a connection broken off', { reset: true }],
  ['a body that is cut', { body: '{"agents":[]}', cutAfter: 5 }],
];

describe('what may pass is tried again', () => {
  test.each(FAILURES)('%s: a third attempt may succeed', async (_name, failure) => {
    server().script(failure, failure, json({ good: true }));
    const one = connect();
    const reply = await one.http.send(get(server().url), one.scope());
    expect(reply.status).toBe(200);
    expect(server().received).toHaveLength(3);
    expect(one.records.map(({ outcome }) => outcome === 'OK')).toEqual([false, false, true]);
    expect(one.counted).toEqual(one.records);
  });

  test.each(FAILURES)('%s: there is no fourth attempt', async (_name, failure) => {
    server().script(failure, failure, failure, json({}));
    const one = connect();
    const outcome = await one.http.send(get(server().url), one.scope()).then(
      ({ status }) => status,
      (error: unknown) => (error as { reason: string }).reason,
    );
    expect([failure.status, 'reset', 'truncated']).toContain(outcome);
    expect(server().received).toHaveLength(3);
  });

  test('a port where nobody listens', async () => {
    const port = await freePort();
    const one = connect();
    const error = await rejection(one.http.send(get(`http://127.0.0.1:${port}/`), one.scope()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'connect' });
    expect(one.records).toHaveLength(3);
  });

  test.each([
    ['EAI_AGAIN', 3],
    ['ENOTFOUND', 1],
  ])('a name that is not resolved, %s: attempts %i', async (code, attempts) => {
    const lookup = (_host: string, _options: object, done: (error: Error) => void) => {
      done(Object.assign(new Error(code), { code }));
    };
    const one = connect({ dispatcher: new Agent({ connect: { lookup: lookup as never } }) });
    await rejection(one.http.send(get('http://vendor.internal/'), one.scope()));
    expect(one.records).toHaveLength(attempts);
  });

  test('each attempt proves anew who asks', async () => {
    server().script(json({}, 503), json({}, 503), json({}));
    const one = connect();
    let made = 0;
    await one.http.send(get(server().url, { authorize: () => ({ auth: `token-${(made += 1)}` }) }), one.scope());
    expect(server().received.map(({ headers }) => headers.auth)).toEqual(['token-1', 'token-2', 'token-3']);
  });

  test('a POST only where the vendor’s client says that it does no harm', async () => {
    server().script(json({}, 503), json({}, 503), json({}));
    const one = connect();
    const post = get(server().url, { method: 'POST', body: '{}' });
    expect((await one.http.send(post, one.scope())).status).toBe(503);
    expect(server().received).toHaveLength(1);
    expect((await one.http.send({ ...post, idempotent: true }, one.scope())).status).toBe(200);
    expect(server().received).toHaveLength(3);
  });

  test('as often as is configured', async () => {
    for (const retries of [0, 1]) {
      server().script(...Array.from({ length: retries + 1 }, () => json({}, 503)));
      const one = connect({ retries });
      await one.http.send(get(server().url), one.scope());
      expect(one.records).toHaveLength(retries + 1);
    }
  });
});

describe('what will not pass is not tried again', () => {
  const lasting: readonly (readonly [string, Step])[] = [
    ...[400, 401, 403, 404, 422, 429].map((status) => [`status ${status}`, json({}, status)] as const),
    ['a redirect', redirectTo('http://127.0.0.1:9/')],
    ['a page instead of data', { body: '<!DOCTYPE html><title>Sign in</title>' }],
    ['silence', { hang: true }],
    ['an unknown coding', { headers: { 'content-encoding': 'zstd' }, body: 'x' }],
    ['a body that is too long', { body: 'x'.repeat(2000) }],
    ['headers without end', { headers: { 'x-long': 'y'.repeat(40_000) } }],
  ];
  test.each(lasting)('%s', async (_name, step) => {
    server().script(step, json({}));
    const one = connect({ timeoutMs: 200, maxBodyBytes: 1000 });
    await one.http.send(get(server().url), one.scope()).catch(() => undefined);
    expect(server().received).toHaveLength(1);
    expect(one.records).toHaveLength(1);
  });
});

describe('between attempts', () => {
  test('some time passes, up to 200 ms and then up to 400 ms', async () => {
    const clock = manualClock();
    server().script(json({}, 503), json({}, 503), json({}));
    const one = connect({ clock, random: () => 0.5 });
    const reply = one.http.send(get(server().url), one.scope());
    for (const [attempts, wait] of [
      [1, 100],
      [2, 200],
    ] as const) {
      while (one.records.length < attempts) await settle();
      clock.advance(wait - 1);
      await settle();
      expect(server().received).toHaveLength(attempts);
      clock.advance(1);
    }
    expect((await reply).status).toBe(200);
    expect(clock.waiting()).toBe(0);
  });

  test('the caller’s place is free for others', async () => {
    const clock = manualClock();
    server().script(json({}, 503), json('other'), json('again'));
    const one = connect({ clock, concurrency: 1, random: () => 0.5 });
    const waiting = one.http.send(get(server().url), one.scope());
    while (one.records.length < 1) await settle();
    expect((await one.http.send(get(server().url), one.scope())).body.toString()).toBe('"other"');
    clock.advance(100);
    expect((await waiting).body.toString()).toBe('"again"');
  });

  test('a caller who goes is not kept, and no attempt is made for nobody', async () => {
    const clock = manualClock();
    server().script(json({}, 503), json({}));
    const one = connect({ clock, random: () => 0.5 });
    const controller = new AbortController();
    const gone = rejection(one.http.send(get(server().url), one.scope(controller.signal)));
    while (one.records.length < 1) await settle();
    controller.abort();
    expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
    expect(clock.waiting()).toBe(0);
    expect(server().received).toHaveLength(1);
  });
});

test('retries stay a small part of the calls, however many fail', async () => {
  server().script(...Array.from({ length: 100 }, () => json({}, 500)));
  const metrics = createMetrics();
  const clock: Clock = { ...systemClock, elapsed: () => 0 };
  const one = connect({ clock, breaker: false, metrics });
  for (let i = 0; i < 20; i += 1) await one.http.send(get(server().url), one.scope());
  expect(server().received).toHaveLength(20 + 3);
  const text = await metrics.text();
  expect(text).toContain('switchboard_vendor_retries_total{account="kore-main",reason="status_5xx"} 3');
  expect(text).toContain('switchboard_vendor_retry_denied_total{account="kore-main",why="budget"} 19');
});

describe('a stream', () => {
  test('is tried again as long as the reader has been given nothing', async () => {
    server().script(json({}, 503), { reset: true }, json('file'));
    const one = connect();
    let read = 0;
    const text = await one.http.stream(get(server().url), one.scope(), async ({ body }) => {
      read += 1;
      const parts = [];
      for await (const part of body) parts.push(part);
      return Buffer.concat(parts).toString();
    });
    expect([text, read, server().received.length]).toEqual(['"file"', 1, 3]);
  });

  test('is not once it has: nothing is read twice', async () => {
    server().script({ body: 'x'.repeat(1000), cutAfter: 10 }, json('file'));
    const one = connect();
    const read = async ({ body }: { body: AsyncIterable<Buffer> }) => {
      for await (const _ of body);
    };
    const error = await rejection(one.http.stream(get(server().url), one.scope(), read));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'truncated' });
    expect(server().received).toHaveLength(1);
  });
});
