import { type IncomingHttpHeaders, request as sendRequest } from 'node:http';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../test/support/server-harness.ts';

const ORIGIN = 'https://wallboard.example.com';
const TEXT = Array.from({ length: 3000 }, (_, index) => `Jörg ${index}`).join(' ');
const SDL = `type Query { hello: String }\n# ${TEXT}\n`;

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({
    sdl: SDL,
    cors: { origins: [ORIGIN], maxAgeSeconds: 600 },
    wait: () => Promise.resolve(TEXT),
  });
});
afterAll(() => testServer.stop());

interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** Sends a request and returns the bytes of the answer as they arrive, unlike `fetch`, which decodes them. */
function send(method: string, path: string, headers: Record<string, string>, body = ''): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    sendRequest(testServer.url + path, { method, headers }, (response) => {
      response.toArray().then((chunks) => {
        const { statusCode: status, headers: received } = response;
        resolve({ status, headers: received, bytes: Buffer.concat(chunks as Buffer[]) });
      }, reject);
    })
      .on('error', reject)
      .end(body);
  });
}

function query(text: string, headers: Record<string, string>) {
  const body = JSON.stringify({ query: text });
  return send('POST', '/graphql', { 'content-type': 'application/json', ...headers }, body);
}

const CODINGS = [
  ['zstd', zstdDecompressSync],
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
] as const;

describe('compression', () => {
  test.each(CODINGS)('of answers by %s leaves their content the same', async (coding, decode) => {
    const plain = await query('{ wait }', {});
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(plain.bytes.toString())).toEqual({ data: { wait: TEXT } });

    const compressed = await query('{ wait }', { 'accept-encoding': coding });
    expect(compressed.headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(compressed.bytes.length),
      'content-type': plain.headers['content-type'],
      'cache-control': plain.headers['cache-control'],
    });
    expect(compressed.bytes.length).toBeLessThan(plain.bytes.length / 2);
    expect(decode(compressed.bytes).equals(plain.bytes)).toBe(true);
  });

  test.each(CODINGS)('of the schema and the metrics uses %s, too', async (coding, decode) => {
    const headers = { 'accept-encoding': coding };
    const schema = await send('GET', '/schema.graphql', headers);
    expect([schema.headers['content-encoding'], decode(schema.bytes).toString()]).toEqual([coding, SDL]);
    const metrics = await send('GET', '/metrics', headers);
    expect(metrics.headers['content-encoding']).toBe(coding);
    expect(decode(metrics.bytes).toString()).toContain('switchboard_http_requests_total');
  });

  test('leaves out answers of up to 1 KiB, unless the client rejects uncompressed ones', async () => {
    const padding = 1024 - JSON.stringify({ data: { hello: 'hello ' } }).length - '\n'.length;
    const greet = (count: number, accepted: string) =>
      query(`{ hello(name: "${'x'.repeat(count)}") }`, { 'accept-encoding': accepted });
    const small = await greet(padding, 'gzip');
    expect([small.headers['content-encoding'], small.bytes.length]).toEqual([undefined, 1024]);
    expect((await greet(padding + 1, 'gzip')).headers['content-encoding']).toBe('gzip');
    const required = await greet(1, 'identity;q=0, gzip');
    expect(required.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(required.bytes).toString())).toEqual({ data: { hello: 'hello x' } });
  });

  test('is announced by Vary on every answer that could be compressed, beside CORS', async () => {
    for (const answer of [
      await query('{ wait }', { origin: ORIGIN, 'accept-encoding': 'br' }),
      await query('{ wait }', { origin: ORIGIN }),
      await query('{ hello }', {}),
    ])
      expect(answer.headers.vary).toBe('Origin, Accept-Encoding');
    expect((await send('GET', '/metrics', {})).headers.vary).toBe('Accept-Encoding');
  });

  test('keeps one weak ETag of the schema for all codings, and Vary on 304', async () => {
    const tags = ['zstd', 'gzip', 'identity'].map(async (coding) => {
      const { headers } = await send('GET', '/schema.graphql', { 'accept-encoding': coding });
      return headers.etag;
    });
    const [etag = '', ...others] = await Promise.all(tags);
    expect(etag).toMatch(/^W\/"[\w-]+"$/);
    expect(others).toEqual([etag, etag]);
    const unchanged = await send('GET', '/schema.graphql', { 'if-none-match': etag, 'accept-encoding': 'br' });
    expect([unchanged.status, unchanged.bytes.length, unchanged.headers['content-encoding']]).toEqual([
      304,
      0,
      undefined,
    ]);
    expect(unchanged.headers.vary).toBe('Origin, Accept-Encoding');
  });

  test('answers HEAD with the headers of the compressed answer and no body', async () => {
    const get = await send('GET', '/schema.graphql', { 'accept-encoding': 'br' });
    const head = await send('HEAD', '/schema.graphql', { 'accept-encoding': 'br' });
    expect([head.bytes.length, head.headers['content-encoding']]).toEqual([0, 'br']);
    for (const name of ['content-encoding', 'content-length', 'content-type', 'etag', 'vary'] as const)
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
  });
});
