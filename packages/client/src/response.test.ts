import { describe, expect, test } from '@jest/globals';
import { readResult } from './response.ts';

function respond(headers: Readonly<Record<string, string>>, body = '{"data":{}}', status = 200): Response {
  return new Response(body, { status, headers });
}

describe('readResult', () => {
  test.each([
    ['private, max-age=5', 5],
    ['max-age=0', 0],
    ['no-store', null],
    ['max-age=soon', null],
  ])('reads %s', async (cacheControl, maxAgeSeconds) => {
    expect(await readResult(respond({ 'cache-control': cacheControl }))).toMatchObject({ maxAgeSeconds });
  });

  test('takes retryAfterSeconds of the first error where there is no header', async () => {
    const body = JSON.stringify({ errors: [{ message: 'later', extensions: { code: 'X', retryAfterSeconds: 6 } }] });
    await expect(readResult(respond({}, body))).rejects.toMatchObject({ retryAfterSeconds: 6 });
    await expect(readResult(respond({ 'retry-after': '8' }, body))).rejects.toMatchObject({ retryAfterSeconds: 8 });
    const dated = { 'retry-after': 'Sun, 29 Nov 2026 12:00:00 GMT' };
    await expect(readResult(respond(dated, body))).rejects.toMatchObject({ retryAfterSeconds: 6 });
  });

  test('reports a body that ends early as a failure of the network', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.error(new TypeError('terminated'));
      },
    });
    await expect(readResult(new Response(body))).rejects.toMatchObject({ code: 'NETWORK_ERROR', status: 200 });
  });

  test('passes on an abort while the body is read', async () => {
    const reason = new DOMException('too late', 'TimeoutError');
    const body = new ReadableStream({
      start(controller) {
        controller.error(reason);
      },
    });
    await expect(readResult(new Response(body), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
