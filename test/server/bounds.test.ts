import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { counted, refusalOf, startToy, type Toy } from './support.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await startToy();
});
afterAll(() => toy.stop());

describe('requests that are too big to look at', () => {
  test('a URL of 8 KiB passes, one character more does not', async () => {
    const fits = `/healthz?${'x'.repeat(8192 - '/healthz?'.length)}`;
    expect((await toy.get(fits)).status).toBe(200);
    expect(await refusalOf(await toy.get(`${fits}x`))).toEqual({ status: 414, code: 'BAD_REQUEST' });
  });

  test('100 headers pass, 101 do not, nor 2000', async () => {
    const answer = (count: number) =>
      toy.raw(
        `GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${Array.from({ length: count - 2 }, (_, i) => `h${i}: 1\r\n`).join('')}\r\n`,
      );
    expect(await answer(100)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answer(101)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await answer(1400)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('headers of more than 16 KiB are refused in JSON, too', async () => {
    const own = await startToy();
    const answer = await own.raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nh: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*"code":"BAD_REQUEST"/);
    expect(await counted(own)).toEqual(['switchboard_http_requests_total{method="other",path="other",status="431"} 1']);
    await own.stop();
  });

  test('what is not HTTP is refused in JSON', async () => {
    const own = await startToy();
    expect(await own.raw('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"BAD_REQUEST"/);
    expect(await counted(own)).toEqual(['switchboard_http_requests_total{method="other",path="other",status="400"} 1']);
    await own.stop();
  });
});

describe('a client that takes its time', () => {
  const patience = { headersMs: 200, requestMs: 400, idleMs: 600, lookEveryMs: 20 };
  const POST = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n';

  test.each([
    ['the headers', 'GET /healthz HTTP/1.1\r\nHost: x\r\n', { method: 'other', path: 'other' }],
    ['the body', `${POST}{"query": "`, { method: 'POST', path: '/graphql' }],
  ])('over %s is told so, let go, counted and logged', async (_what, beginning, { method, path }) => {
    const own = await startToy({ patience });
    expect(await own.raw(beginning)).toMatch(/^HTTP\/1\.1 408 [^]*"code":"BAD_REQUEST"/);
    expect(await own.logged(1)).toEqual([expect.objectContaining({ path, status: 408 })]);
    expect(await counted(own)).toEqual([
      `switchboard_http_requests_total{method="${method}",path="${path}",status="408"} 1`,
    ]);
    await own.stop();
  });

  test.each([
    ['headers', 'GET /healthz HTTP/1.1\r\nHost: x\r\nh: '],
    ['a body', POST],
  ])('is not helped by sending byte after byte of %s', async (_what, beginning) => {
    const own = await startToy({ patience });
    expect(await own.raw(beginning, { dripEveryMs: 10 })).toMatch(/^HTTP\/1\.1 408 /);
    await own.stop();
  });

  test('over reading its answer is let go, and its answer with it', async () => {
    const own = await startToy({ patience, wait: () => Promise.resolve('x'.repeat(50_000_000)) });
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    socket.pause();
    const body = JSON.stringify({ query: '{ wait }' });
    socket.write(POST.replace('999', String(body.length)) + body);
    // What nginx says of a client that went before it had its answer.
    expect(await own.logged(1)).toEqual([expect.objectContaining({ path: '/graphql', status: 499 })]);
    socket.destroy();
    await own.stop();
  });
});
