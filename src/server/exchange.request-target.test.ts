import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { requestCounts, startTestServer, type TestServer } from '../../test/support/server-harness.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer();
});
afterAll(() => testServer.stop());

describe('request targets in absolute form', () => {
  const sendRequestLine = (line: string, headers = '') =>
    testServer.sendRaw(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);

  test.each([
    'GET http://x/healthz',
    'GET HTTP://elsewhere.example:81/healthz',
    'GET https://[::1]:8443/healthz?a=http://y/z',
    'HEAD http://x/healthz',
  ])('serves an absolute request target by its path: %s', async (line) => {
    expect(await sendRequestLine(line)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each(['http://x', 'http://x?a=/healthz', 'http://x/?a'])(
    'serves / for an absolute request target without a path: %s',
    async (target) => {
      expect(await sendRequestLine(`GET ${target}`)).toMatch(/^HTTP\/1\.1 200 [^]*"paths":/);
    },
  );

  test('ignores an absolute URL in the query string', async () => {
    expect(await sendRequestLine('GET /healthz?a=http://x/nothing')).toContain('{"status":"alive"}');
  });

  test('executes a query with an absolute request target under the usual rules', async () => {
    const target = 'http://x/graphql?query=%7Bhello(name:%22a?b%22)%7D';
    expect(await sendRequestLine(`GET ${target}`, 'apollo-require-preflight: 1\r\n')).toMatch(
      /^HTTP\/1\.1 200 [^]*\{"data":\{"hello":"hello a\?b"\}\}/,
    );
    expect(await sendRequestLine(`GET ${target}`)).toMatch(/^HTTP\/1\.1 400 /);
    const own = await startTestServer({ authenticate: () => Promise.resolve({ failure: 'missing' }) });
    const answer = await own.sendRaw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await own.stop();
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('executes a POST with an absolute request target', async () => {
    const body = '{"query":"{ hello }"}';
    const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    expect(await sendRequestLine('POST http://x/graphql', `${headers}\r\n${body}`)).toContain(
      '{"data":{"hello":"hello you"}}',
    );
  });

  test('applies the allowed methods and the URL limit to an absolute request target', async () => {
    expect(await sendRequestLine('OPTIONS http://x/graphql')).toMatch(/^HTTP\/1\.1 405 [^]*\r\nallow: GET, POST\r\n/);
    const fits = `http://x/healthz?${'x'.repeat(8192 - 'http://x/healthz?'.length)}`;
    expect(await sendRequestLine(`GET ${fits}`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await sendRequestLine(`GET ${fits}x`)).toMatch(/^HTTP\/1\.1 414 /);
  });

  test('counts and logs an absolute request target by its path only', async () => {
    const own = await startTestServer();
    await own.sendRaw('GET http://CANARY/healthz?CANARY HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const [entries, counts] = [await own.accessLog(1), await requestCounts(own)];
    await own.stop();
    expect(entries).toMatchObject([{ method: 'GET', path: '/healthz', status: 200 }]);
    expect(own.lines.join('')).not.toContain('CANARY');
    expect(counts).toEqual(['switchboard_http_requests_total{method="GET",path="/healthz",status="200"} 1']);
  });

  test.each([
    ['GET http://x/nothing', 404],
    ['GET http://x//healthz', 404],
    ['GET http://x/http://x/healthz', 404],
    ['GET http://x/healthz#a', 404],
    ['GET http:///healthz', 404],
    ['GET ftp://x/healthz', 404],
    ['GET httpx://x/healthz', 404],
    ['GET //x/healthz', 404],
    ['GET //evil/graphql', 404],
    ['GET /http://x/healthz', 404],
    ['GET *', 404],
    ['OPTIONS *', 404],
    ['GET http:/healthz', 400],
    ['GET x:80', 400],
  ])('rejects the request line %s with status %i', async (line, status) => {
    expect(await sendRequestLine(line)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});
