import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createGraphiqlHandler, type GraphiqlHandler } from './graphiql-handler.ts';

const SCRIPT = 'export const answer = 42;\n'.repeat(100);

const folder = mkdtempSync(join(tmpdir(), 'graphiql-'));
const buildFolder = join(folder, 'built');
let site: TestSite;
let unbuilt: TestSite;

beforeAll(async () => {
  mkdirSync(join(buildFolder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.js'), 'secret');
  writeFileSync(join(buildFolder, '.inputs'), 'secret');
  writeFileSync(join(buildFolder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(buildFolder, 'assets/main-AAAA.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(buildFolder, 'assets/broken-CCCC.js.br'), 'not brotli');
  writeFileSync(join(buildFolder, 'assets/icon-BBBB.svg'), '<svg/>');
  site = await startSite(createGraphiqlHandler(buildFolder));
  unbuilt = await startSite(createGraphiqlHandler(pathToFileURL(join(folder, 'nothing'))));
});

afterAll(async () => {
  await Promise.all([site.close(), unbuilt.close()]);
  rmSync(folder, { recursive: true });
});

describe('the page and its files', () => {
  test.each([
    ['/graphiql', 'text/html; charset=utf-8', 'no-cache'],
    ['/graphiql?query=x', 'text/html; charset=utf-8', 'no-cache'],
    ['/graphiql/assets/main-AAAA.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/graphiql/assets/icon-BBBB.svg', 'image/svg+xml', 'public, max-age=31536000, immutable'],
  ])('%s is %s, cached as %s', async (path, type, caching) => {
    const answer = await site.send('GET', path);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': type, 'cache-control': caching, vary: 'Accept-Encoding' });
  });

  test('a browser may load nothing from elsewhere, and no other site may frame the page', async () => {
    const { headers } = await site.send('GET', '/graphiql');
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  });

  test('HEAD answers the headers of GET and no body', async () => {
    const got = await site.send('GET', '/graphiql/assets/main-AAAA.js');
    const head = await site.send('HEAD', '/graphiql/assets/main-AAAA.js');
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    for (const name of ['content-length', 'content-type', 'etag'] as const) {
      expect(head.headers[name]).toBe(got.headers[name]);
    }
  });

  test('an unchanged file is not sent again', async () => {
    const first = await site.send('GET', '/graphiql');
    const again = await site.send('GET', '/graphiql', { 'If-None-Match': `"other", W/${first.headers.etag ?? ''}` });
    expect(again.status).toBe(304);
    expect(again.body).toHaveLength(0);
    expect((await site.send('GET', '/graphiql', { 'If-None-Match': '"other"' })).status).toBe(200);
  });
});

describe('compression', () => {
  const decode = { br: brotliDecompressSync, gzip: gunzipSync };

  test.each([
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, GZIP;q=0.5', 'gzip'],
    ['br;q=0.001', 'br'],
  ] as const)('Accept-Encoding: %s is answered in %s', async (accepted, coding) => {
    const answer = await site.send('GET', '/graphiql/assets/main-AAAA.js', { 'Accept-Encoding': accepted });
    expect(answer.headers['content-encoding']).toBe(coding);
    expect(answer.headers['content-length']).toBe(String(answer.body.length));
    expect(decode[coding](answer.body).toString()).toBe(SCRIPT);
  });

  test.each(['', 'identity', 'deflate', 'br;q=0, gzip;q=0.0'])(
    'Accept-Encoding: "%s" gets plain text',
    async (accepted) => {
      const answer = await site.send('GET', '/graphiql/assets/main-AAAA.js', { 'Accept-Encoding': accepted });
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.body.toString()).toBe(SCRIPT);
    },
  );

  test('each coding has an ETag of its own', async () => {
    const sendAccepting = (accepted: string) =>
      site.send('GET', '/graphiql/assets/main-AAAA.js', { 'Accept-Encoding': accepted });
    const answers = await Promise.all(['br', 'gzip', 'identity'].map(sendAccepting));
    expect(new Set(answers.map((answer) => answer.headers.etag)).size).toBe(3);
  });

  test('a file without compressed copies is served as it is', async () => {
    const answer = await site.send('GET', '/graphiql/assets/icon-BBBB.svg', { 'Accept-Encoding': 'br, gzip' });
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.body.toString()).toBe('<svg/>');
  });
});

test('a damaged asset is answered with 500 where it has to be decompressed', async () => {
  const response = await site.send('GET', '/graphiql/assets/broken-CCCC.js', { 'Accept-Encoding': 'gzip' });
  expect(response.status).toBe(500);
  expect(response.body.toString()).toContain('npm run build:graphiql -- --force');
});

describe('what is refused', () => {
  test.each([
    '/graphiql/assets/',
    '/graphiql/assets/other.js',
    '/graphiql/assets/main-AAAA.js.br',
    '/graphiql/index.html',
    '/graphiql/.inputs',
    '/graphiql/../../secret.js',
    '/graphiql/assets/../../../secret.js',
    '/graphiql/assets/..%2f..%2f..%2fsecret.js',
    '/graphiql/assets/%2e%2e/%2e%2e/%2e%2e/secret.js',
    '/graphiql/assets/..\\..\\..\\secret.js',
    '/graphiql/assets//main-AAAA.js',
    '/graphiql/__proto__',
  ])('%s is not found', async (path) => {
    const answer = await site.send('GET', path);
    expect(answer.status).toBe(404);
    expect(answer.body.toString()).not.toContain('secret');
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
    const answer = await site.send(method, '/graphiql');
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  test('a trailing slash leads back to the page', async () => {
    const answer = await site.send('GET', '/graphiql/');
    expect(answer.status).toBe(308);
    expect(answer.headers.location).toBe('../graphiql');
  });

  test.each(['/', '/graphql', '/graphiqlx', '/schema.graphql'])('%s is left to others', async (path) => {
    expect((await site.send('GET', path)).body.toString()).toBe('left to others');
  });

  test('without a build the answer says how to make one', async () => {
    const answer = await unbuilt.send('GET', '/graphiql');
    expect(answer.status).toBe(503);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.body.toString()).toContain('npm run build:graphiql');
  });
});

interface TestResponse {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface TestSite {
  send(method: string, path: string, headers?: Record<string, string>): Promise<TestResponse>;
  close(): Promise<void>;
}

async function startSite(serve: GraphiqlHandler): Promise<TestSite> {
  const server: Server = createServer((incoming, response) => {
    // The path as it came, without the normalising that parsing it as a URL would do.
    const pathname = (incoming.url ?? '').replace(/\?.*/, '');
    if (!serve(incoming, response, pathname)) response.end('left to others');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    // fetch would tidy up the path and add headers of its own.
    send: (method, path, headers = {}) =>
      new Promise((resolve, reject) => {
        const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
          });
        });
        outgoing.on('error', reject).end();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
