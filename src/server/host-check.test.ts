import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startTestServer, type TestServer } from '../../test/support/server-harness.ts';
import { createHostCheck } from './host-check.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({ checkHost: createHostCheck(['Gateway.example.com']) });
});
afterAll(() => testServer.stop());

async function statusFor(requestLine: string, headers: string): Promise<string> {
  const answer = await testServer.sendRaw(`${requestLine}\r\n${headers}Connection: close\r\n\r\n`);
  return answer.split(' ', 2)[1] ?? '';
}

describe('without auth', () => {
  test.each(['localhost', 'LOCALHOST:4000', 'a.b.localhost.', '127.255.0.1:1', '[::1]', 'gateway.example.com:444'])(
    'serves requests to %s',
    async (host) => {
      expect(await statusFor('GET /healthz HTTP/1.1', `Host: ${host}\r\n`)).toBe('200');
    },
  );

  test.each([
    'evil.example',
    'localhost.evil.example',
    'notlocalhost',
    '10.0.0.1',
    '[::2]',
    '127.0.0.1.evil.example',
    '',
  ])('refuses requests to %j, whatever their path', async (host) => {
    for (const path of ['/healthz', '/graphql', '/nothing'])
      expect(await statusFor(`GET ${path} HTTP/1.1`, `Host: ${host}\r\n`)).toBe('403');
  });

  test('lets the host of an absolute request target replace the header', async () => {
    expect(await statusFor('GET http://evil.example/healthz HTTP/1.1', 'Host: localhost\r\n')).toBe('403');
    expect(await statusFor('GET http://localhost/healthz HTTP/1.1', 'Host: evil.example\r\n')).toBe('200');
  });

  test('answers 400 to no Host and to two of them, and serves HTTP/1.0 without one', async () => {
    expect(await statusFor('GET /healthz HTTP/1.1', '')).toBe('400');
    expect(await statusFor('GET /healthz HTTP/1.1', 'Host: localhost\r\nHost: localhost\r\n')).toBe('400');
    expect(await statusFor('GET /healthz HTTP/1.0', '')).toBe('200');
  });

  test('accepts every spelling of a loopback host and refuses every other name', () => {
    const check = createHostCheck([]);
    const accepts = (host: string) => {
      const request = { headers: { host }, rawHeaders: ['Host', host], httpVersion: '1.1' };
      try {
        check({ request: request as never, authority: null });
        return true;
      } catch {
        return false;
      }
    };
    const byte = fc.integer({ min: 0, max: 255 });
    const label = fc.stringMatching(/^[a-z]{1,8}$/);
    const loopback = fc.oneof(
      fc.constantFrom('localhost', '[::1]'),
      label.map((name) => `${name}.localhost`),
      fc.tuple(byte, byte, byte).map((bytes) => `127.${bytes.join('.')}`),
    );
    const spelling = fc.record({
      upper: fc.boolean(),
      dot: fc.boolean(),
      port: fc.option(fc.integer({ min: 0, max: 65_535 })),
    });
    const spell = (host: string, { upper, dot, port }: { upper: boolean; dot: boolean; port: number | null }) =>
      (upper ? host.toUpperCase() : host) +
      (dot && !host.startsWith('[') ? '.' : '') +
      (port === null ? '' : `:${port}`);
    fc.assert(
      fc.property(loopback, label, spelling, (host, name, variant) => {
        expect(accepts(spell(host, variant))).toBe(true);
        expect(accepts(spell(`${host.replace(/[[\]:]/g, '')}.${name}x`, variant))).toBe(false);
      }),
    );
  });
});
