import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HELLO_QUERY, readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';

const BODY_BYTES = 1000;
let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({ limits: { bodyBytes: BODY_BYTES } });
});
afterAll(() => testServer.stop());

const bodyOfBytes = (count: number) => {
  const body = JSON.stringify({ query: '{ hello }', padding: '' });
  return body.replace('""', `"${'x'.repeat(count - body.length)}"`);
};

describe('a body', () => {
  test('may be as long as the limit and no longer', async () => {
    expect((await testServer.post(bodyOfBytes(BODY_BYTES))).status).toBe(200);
    expect(await readError(await testServer.post(bodyOfBytes(BODY_BYTES + 1)))).toEqual({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  test('is measured in bytes, not characters', async () => {
    const body = bodyOfBytes(BODY_BYTES - 100).replace('xx', 'é'.repeat(60));
    expect(body.length).toBeLessThan(BODY_BYTES);
    expect((await testServer.post(body)).status).toBe(413);
  });

  test('of megabytes is refused with an answer that the client gets to read, whether it says its length or not', async () => {
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

  test.each(['', '{', 'query', '\ufeff', '{"query": "{ hello }"}}', "{'query': 1}"])('%j is not JSON', async (body) => {
    expect(await readError(await testServer.post(body))).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });

  test('that is not UTF-8 is refused', async () => {
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
  ])('of type %s is refused', async (type) => {
    expect(await readError(await testServer.post(HELLO_QUERY, { 'content-type': type }))).toEqual({
      status: 415,
      code: 'BAD_REQUEST',
    });
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'of type %s is taken',
    async (type) => {
      expect((await testServer.post(HELLO_QUERY, { 'content-type': type })).status).toBe(200);
    },
  );

  test.each(['gzip', 'br', 'gzip, identity'])('that is compressed (%s) is refused', async (coding) => {
    const response = await testServer.post(gzipSync(JSON.stringify(HELLO_QUERY)), { 'content-encoding': coding });
    expect(await readError(response)).toEqual({ status: 415, code: 'BAD_REQUEST' });
  });
});
