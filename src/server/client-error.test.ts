import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { requestCounts, startTestServer } from '../../test/support/server-harness.ts';
import { respondToClientError } from './client-error.ts';

describe('input that is not a valid HTTP request', () => {
  test('rejects headers of more than 16 KiB with a JSON error', async () => {
    const own = await startTestServer();
    const answer = await own.sendRaw(`GET /healthz HTTP/1.1\r\nHost: x\r\nh: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*"code":"BAD_REQUEST"/);
    expect(await requestCounts(own)).toEqual([
      'switchboard_http_requests_total{method="other",path="other",status="431"} 1',
    ]);
    await own.stop();
  });

  test('rejects input that is not HTTP with a JSON error', async () => {
    const own = await startTestServer();
    expect(await own.sendRaw('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"BAD_REQUEST"/);
    expect(await requestCounts(own)).toEqual([
      'switchboard_http_requests_total{method="other",path="other",status="400"} 1',
    ]);
    await own.stop();
  });

  test.each(['ECONNRESET', 'HPE_INVALID_METHOD'])('sends nothing after %s on a closed connection', (code) => {
    const socket = new PassThrough();
    if (code !== 'ECONNRESET') socket.end();
    expect(respondToClientError(Object.assign(new Error('lost'), { code }), socket)).toBeNull();
    expect([socket.destroyed, socket.read()]).toEqual([true, null]);
  });
});
