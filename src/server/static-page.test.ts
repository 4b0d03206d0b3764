import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPageHandler, type PageHandler } from './static-page.ts';

const SCRIPT = 'export const response = 42;\n'.repeat(100);

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
  site = await startSite(createPageHandler({ name: 'graphiql', folder: buildFolder, inlineStyles: true }));
  unbuilt = await startSite(
    createPageHandler({ name: 'graphiql', folder: pathToFileURL(join(folder, 'nothing')), inlineStyles: true }),
  );
});

afterAll(async () => {
  await Promise.all([site.close(), unbuilt.close()]);
  rmSync(folder, { recursive: true });
});

describe('the GraphiQL page and its assets', () => {
  test.each([
    ['/graphiql', 'text/html; charset=utf-8', 'no-cache'],
    ['/graphiql?query=x', 'text/html; charset=utf-8', 'no-cache'],
    ['/graphiql/assets/main-AAAA.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/graphiql/assets/icon-BBBB.svg', 'image/svg+xml', 'public, max-age=31536000, immutable'],
  ])('serves %s as %s with Cache-Control: %s', async (path, type, caching) => {
    const response = await site.send('GET', path);
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({ 'content-type': type, 'cache-control': caching, vary: 'Accept-Encoding' });
  });

  test('sets a Content-Security-Policy that forbids other origins and framing', async () => {
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

  test('forbids inline styles and data URLs where the page needs none', async () => {
    const strict = await startSite(createPageHandler({ name: 'wallboard', folder: buildFolder, inlineStyles: false }));
    const { status, headers } = await strict.send('GET', '/wallboard');
    await strict.close();
    expect(status).toBe(200);
    expect(headers['content-security-policy']).not.toMatch(/unsafe|data:/);
    expect(headers['content-security-policy']).toContain("style-src 'self';");
  });

  test('answers HEAD with the headers of GET and no body', async () => {
    const got = await site.send('GET', '/graphiql/assets/main-AAAA.js');
    const head = await site.send('HEAD', '/graphiql/assets/main-AAAA.js');
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    for (const name of ['content-length', 'content-type', 'etag'] as const) {
      expect(head.headers[name]).toBe(got.headers[name]);
    }
  });

  test('returns 304 for an unchanged file', async () => {
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
  ] as const)('answers Accept-Encoding: %s with %s', async (accepted, coding) => {
    const response = await site.send('GET', '/graphiql/assets/main-AAAA.js', { 'Accept-Encoding': accepted });
    expect(response.headers['content-encoding']).toBe(coding);
    expect(response.headers['content-length']).toBe(String(response.body.length));
    expect(decode[coding](response.body).toString()).toBe(SCRIPT);
  });

  test.each(['', 'identity', 'deflate', 'br;q=0, gzip;q=0.0'])(
    'answers Accept-Encoding: "%s" uncompressed',
    async (accepted) => {
      const response = await site.send('GET', '/graphiql/assets/main-AAAA.js', { 'Accept-Encoding': accepted });
      expect(response.headers['content-encoding']).toBeUndefined();
      expect(response.body.toString()).toBe(SCRIPT);
    },
  );

  test('sends a different ETag for each coding', async () => {
    const sendAccepting = (accepted: string) =>
      site.send('GET', '/graphiql/assets/main-AAAA.js', { 'Accept-Encoding': accepted });
    const answers = await Promise.all(['br', 'gzip', 'identity'].map(sendAccepting));
    expect(new Set(answers.map((response) => response.headers.etag)).size).toBe(3);
  });

  test('serves a file without compressed copies uncompressed', async () => {
    const response = await site.send('GET', '/graphiql/assets/icon-BBBB.svg', { 'Accept-Encoding': 'br, gzip' });
    expect(response.headers['content-encoding']).toBeUndefined();
    expect(response.body.toString()).toBe('<svg/>');
  });
});

test('returns 500 for a damaged asset that has to be decompressed', async () => {
  const response = await site.send('GET', '/graphiql/assets/broken-CCCC.js', { 'Accept-Encoding': 'gzip' });
  expect(response.status).toBe(500);
  expect(response.body.toString()).toContain('npm run build:graphiql -- --force');
});

describe('other requests', () => {
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
  ])('returns 404 for %s', async (path) => {
    const response = await site.send('GET', path);
    expect(response.status).toBe(404);
    expect(response.body.toString()).not.toContain('secret');
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('returns 405 for %s', async (method) => {
    const response = await site.send(method, '/graphiql');
    expect(response.status).toBe(405);
    expect(response.headers.allow).toBe('GET, HEAD');
  });

  test('redirects a trailing slash to the page', async () => {
    const response = await site.send('GET', '/graphiql/');
    expect(response.status).toBe(308);
    expect(response.headers.location).toBe('../graphiql');
  });

  test.each(['/', '/graphql', '/graphiqlx', '/schema.graphql'])('does not handle %s', async (path) => {
    expect((await site.send('GET', path)).body.toString()).toBe('not handled');
  });

  test('returns 503 with the build command without a build', async () => {
    const response = await unbuilt.send('GET', '/graphiql');
    expect(response.status).toBe(503);
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(response.body.toString()).toContain('npm run build:graphiql');
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

async function startSite(serve: PageHandler): Promise<TestSite> {
  const server: Server = createServer((incoming, response) => {
    // The raw path: parsing it as a URL would normalise it.
    const pathname = (incoming.url ?? '').replace(/\?.*/, '');
    if (!serve(incoming, response, pathname)) response.end('not handled');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    // fetch would normalise the path and add headers of its own.
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
