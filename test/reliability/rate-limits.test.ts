import { describe, expect, test } from '@jest/globals';
import { createMetrics } from '../../src/observability/metrics.ts';
import { ACCOUNT, get } from '../http/support.ts';
import { rejection } from '../support/caught.ts';
import { manualClock } from '../support/clock.ts';
import { json } from '../support/scripted-server.ts';
import { settle } from '../support/settle.ts';
import { refused, scriptedVendor } from './support.ts';

const { server, connect } = scriptedVendor();

describe('a vendor that names a time', () => {
  test('is not called before it, by nobody and for no endpoint of the account', async () => {
    const clock = manualClock();
    const metrics = createMetrics();
    server().script(refused('30'), json({}));
    const one = connect({ clock, metrics });
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(429);

    clock.advance(12_500);
    const errors = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        rejection(one.http.send(get(server().url, { endpoint: `endpoint-${i % 3}` }), one.scope())),
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
      `switchboard_rate_gate_until_seconds{account="kore-main"} ${(clock.now() - 12_500) / 1000 + 30}`,
    );

    clock.advance(17_500);
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(200);
  });

  test('costs other accounts nothing', async () => {
    server().script(refused('30'), json({}));
    const [one, other] = [connect(), connect({ account: { ...ACCOUNT, name: 'kore-other' } })];
    await one.http.send(get(server().url), one.scope());
    expect((await other.http.send(get(server().url), other.scope())).status).toBe(200);
  });

  test.each([
    ['an hour', '3600'],
    ['a day', '86400'],
    ['for ever', '9'.repeat(30)],
    ['a date far away', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('is not believed for more than 15 minutes: %s', async (_name, retryAfter) => {
    const clock = manualClock();
    server().script(refused(retryAfter), json({}));
    const one = connect({ clock });
    await one.http.send(get(server().url), one.scope());
    clock.advance(890_000);
    expect(await rejection(one.http.send(get(server().url), one.scope()))).toMatchObject({ retryAfterSeconds: 10 });
    clock.advance(10_000);
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(200);
  });

  test('in a date: until then', async () => {
    const clock = manualClock(Date.parse('2026-11-20T09:30:00Z'));
    server().script(refused('Fri, 20 Nov 2026 09:31:00 GMT'));
    const one = connect({ clock });
    await one.http.send(get(server().url), one.scope());
    expect(await rejection(one.http.send(get(server().url), one.scope()))).toMatchObject({ retryAfterSeconds: 60 });
  });

  test.each([429, 503])('close by, with status %i: the call itself waits, and is tried again', async (status) => {
    const clock = manualClock();
    server().script({ ...json({}, status), headers: { 'retry-after': '2' } }, json({ good: true }));
    const one = connect({ clock });
    const reply = one.http.send(get(server().url), one.scope());
    while (one.records.length < 1) await settle();
    clock.advance(1999);
    await settle();
    expect(server().received).toHaveLength(1);
    clock.advance(1);
    expect((await reply).status).toBe(200);
    expect(clock.waiting()).toBe(0);
  });

  test('by 503: this call is not tried again, but the account stays open', async () => {
    server().script({ ...json({}, 503), headers: { 'retry-after': '60' } }, json({}));
    const one = connect();
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(503);
    expect(server().received).toHaveLength(1);
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(200);
  });
});

describe.each([undefined, '0', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT'])('a vendor that names none (%j)', (hint) => {
  test('is left alone for a second: whoever comes waits that long, and no longer', async () => {
    const clock = manualClock();
    server().script(refused(hint), json({}), json({}));
    const one = connect({ clock, retries: 0 });
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(429);
    const next = [1, 2].map(() => one.http.send(get(server().url), one.scope()));
    await settle();
    clock.advance(999);
    await settle();
    expect(server().received).toHaveLength(1);
    clock.advance(1);
    expect((await Promise.all(next)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('again and again is left alone for longer and longer, and callers are told so at once', async () => {
    const clock = manualClock();
    server().script(refused(hint), refused(hint), refused(hint));
    const one = connect({ clock, retries: 0 });
    for (const wait of [0, 1000, 2000]) {
      clock.advance(wait);
      await one.http.send(get(server().url), one.scope());
    }
    expect(await rejection(one.http.send(get(server().url), one.scope()))).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterSeconds: 4,
    });
    expect(server().received).toHaveLength(3);
  });

  test('but took a call in between is left alone for a second again', async () => {
    const clock = manualClock();
    server().script(refused(hint), json({}), refused(hint), json({}));
    const one = connect({ clock, retries: 0 });
    for (const wait of [0, 1000, 0, 1000]) {
      clock.advance(wait);
      await one.http.send(get(server().url), one.scope());
    }
    expect(server().received).toHaveLength(4);
  });
});

test('a caller who goes while waiting at the gate leaves nothing behind', async () => {
  const clock = manualClock();
  server().script(refused());
  const one = connect({ clock, concurrency: 1 });
  await one.http.send(get(server().url), one.scope());
  const controller = new AbortController();
  const gone = rejection(one.http.send(get(server().url), one.scope(controller.signal)));
  await settle();
  controller.abort();
  expect(await gone).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
  expect(clock.waiting()).toBe(0);
});

test('switched off, the vendor’s word is handed on but not remembered', async () => {
  server().script(refused('30'), json({}));
  const one = connect({ rateGate: false });
  await one.http.send(get(server().url), one.scope());
  expect((await one.http.send(get(server().url), one.scope())).status).toBe(200);
});
