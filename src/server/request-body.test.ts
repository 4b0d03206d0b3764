import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HELLO_QUERY, readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';

const BODY_BYTES = 1000;
let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({ limits: { bodyBytes: BODY_BYTES } });
});
afterAll(() => testServer.stop());

function bodyOfBytes(count: number) {
  const body = JSON.stringify({ query: '{ hello }', padding: '' });
  return body.replace('""', `"${'x'.repeat(count - body.length)}"`);
}

describe('the request body', () => {
  test('accepts a body of exactly the limit and rejects a longer one', async () => {
    expect((await testServer.post(bodyOfBytes(BODY_BYTES))).status).toBe(200);
    expect(await readError(await testServer.post(bodyOfBytes(BODY_BYTES + 1)))).toEqual({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  test('measures the body in bytes, not characters', async () => {
    const body = bodyOfBytes(BODY_BYTES - 100).replace('xx', 'é'.repeat(60));
    expect(body.length).toBeLessThan(BODY_BYTES);
    expect((await testServer.post(body)).status).toBe(413);
  });

  test('rejects a body of megabytes with a readable response, with and without Content-Length', async () => {
    const huge = 'x'.repeat(8_000_000);
    expect((await testServer.post(huge)).status).toBe(413);
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([huge]).stream(),
      duplex: 'half',
    };
    expect((await fetch(`${testServer.url}/graphql`, init as RequestInit)).status).toBe(413);
    expect(await testServer.metrics.text()).toContain('switchboard_limit_rejections_total{limit="body_bytes"}');
  });

  test.each(['', '{', 'query', '\ufeff', '{"query": "{ hello }"}}', "{'query': 1}"])(
    'rejects the body %j as malformed JSON',
    async (body) => {
      expect(await readError(await testServer.post(body))).toEqual({ status: 400, code: 'BAD_REQUEST' });
    },
  );

  test('rejects a body that is not UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"query":"{ hello(name: \\"'),
      Buffer.from([0xff]),
      Buffer.from('\\") }"}'),
    ]);
    expect((await testServer.post(bytes)).status).toBe(400);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/jsonx',
    'nonsense',
    'application/json; charset=utf-7',
    'application/json; charset=iso-8859-1',
  ])('rejects a body of type %s', async (type) => {
    expect(await readError(await testServer.post(HELLO_QUERY, { 'content-type': type }))).toEqual({
      status: 415,
      code: 'BAD_REQUEST',
    });
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'accepts a body of type %s',
    async (type) => {
      expect((await testServer.post(HELLO_QUERY, { 'content-type': type })).status).toBe(200);
    },
  );

  test.each(['gzip', 'br', 'gzip, identity'])('rejects a compressed body (%s)', async (coding) => {
    const response = await testServer.post(gzipSync(JSON.stringify(HELLO_QUERY)), { 'content-encoding': coding });
    expect(await readError(response)).toEqual({ status: 415, code: 'BAD_REQUEST' });
  });
});
