import { describe, expect, test } from '@jest/globals';
import type { VendorReply } from '../../../src/http/call.ts';
import { vendorError } from '../../../src/http/reply.ts';
import { rejection } from '../../support/caught.ts';
import { gzipped, json } from '../../support/scripted-server.ts';
import { failOnUnhandled } from '../../support/unhandled.ts';
import { get } from '../support.ts';
import { expectOneCall, gate, rig } from './rig.ts';

failOnUnhandled();
const { server, connect } = rig();

describe('a stream', () => {
  test('hands the raw bytes on as they come, whatever coding they claim, and asks for none', async () => {
    const more = gate();
    const step = gzipped('file');
    server().script({ ...step, bodyUntil: more.promise });
    const one = connect();
    const parts: Buffer[] = [];
    await one.http.stream(get(server().url), one.scope(), async ({ status, body }) => {
      expect(status).toBe(200);
      more.resolve(undefined);
      for await (const part of body) parts.push(part);
    });
    expect(Buffer.concat(parts)).toEqual(step.body);
    expect(server().received[0]?.headers).not.toHaveProperty('accept-encoding');
    expectOneCall(one, 'OK');
    expect(one.records[0]?.bytes).toBe(step.body?.length);
  });

  test('gives what `read` gives', async () => {
    server().script(json(1));
    const one = connect();
    await expect(one.http.stream(get(server().url), one.scope(), () => Promise.resolve(42))).resolves.toBe(42);
  });

  test('of any other status is an error with the vendor’s words, and `read` is not called', async () => {
    server().script({ ...gzipped('{"message":"link expired"}'), status: 403 });
    const one = connect();
    const never = () => Promise.reject(new Error('read was called'));
    expect(await rejection(one.http.stream(get(server().url), one.scope(), never))).toMatchObject({
      code: 'VENDOR_AUTH_FAILED',
      status: 403,
    });
    server().script(json({ message: 'link expired' }, 410), { status: 404, body: 'x'.repeat(100), cutAfter: 1 });
    expect(await rejection(one.http.stream(get(server().url), one.scope(), never))).toMatchObject({
      code: 'VENDOR_REJECTED',
      message: 'The vendor rejected the request (HTTP 410): link expired',
    });
    expect(await rejection(one.http.stream(get(server().url), one.scope(), never))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(one.records.map((record) => record.outcome)).toEqual(['VENDOR_AUTH_FAILED', 'VENDOR_REJECTED', 'NOT_FOUND']);
  });

  test('of any other status is what `trouble` makes of it, headers and all, or what the status says', async () => {
    const odd = vendorError({ vendor: 'KORE', account: 'a', endpoint: 'e' }, 'VENDOR_UNAVAILABLE');
    const trouble = ({ headers }: VendorReply) => (headers['x-odd'] === 'yes' ? odd : undefined);
    server().script({ status: 400, headers: { 'x-odd': 'yes' } }, { status: 400 }, { headers: { 'x-odd': 'yes' } });
    const one = connect();
    const ask = () => one.http.stream(get(server().url, { trouble }), one.scope(), () => Promise.resolve(1));
    expect(await rejection(ask())).toBe(odd);
    expect(await rejection(ask())).toMatchObject({ code: 'VENDOR_REJECTED' });
    expect(await ask()).toBe(1);
    expect(one.records.map((record) => record.outcome)).toEqual(['VENDOR_UNAVAILABLE', 'VENDOR_REJECTED', 'OK']);
  });

  test('that is cut ends with an error, not early', async () => {
    server().script({ body: 'x'.repeat(1000), cutAfter: 10 });
    const one = connect();
    const read = async ({ body }: { body: AsyncIterable<Buffer> }) => {
      for await (const _ of body);
    };
    expect(await rejection(one.http.stream(get(server().url), one.scope(), read))).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'truncated',
    });
    expectOneCall(one, 'VENDOR_BAD_RESPONSE');
  });

  test('that is left half read frees its place and its connection', async () => {
    server().script({ body: 'x'.repeat(10_000), endless: true }, json(2));
    const one = connect({ concurrency: 1 });
    await one.http.stream(get(server().url), one.scope(), () => Promise.resolve());
    const received = await server().request(1);
    await received.over;
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(200);
  });

  test('whose reader fails by mistake fails by that mistake, and frees its place', async () => {
    server().script(json(1), json(2));
    const one = connect({ concurrency: 1 });
    const mistake = new TypeError('not a function');
    const failing = () => Promise.reject(mistake);
    expect(await rejection(one.http.stream(get(server().url), one.scope(), failing))).toBe(mistake);
    expectOneCall(one, 'INTERNAL_SERVER_ERROR');
    expect((await one.http.send(get(server().url), one.scope())).status).toBe(200);
  });
});
