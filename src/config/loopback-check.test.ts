import { describe, expect, test } from '@jest/globals';
import { errorLines } from '../../test/support/config-harness.ts';

describe('server.host without auth', () => {
  const auth = `auth: { apiKeys: [{ name: a, sha256: ${'a'.repeat(64)} }] }`;
  const message = 'must be a loopback host such as 127.0.0.1 unless auth is configured';

  test.each(['127.0.0.1', '127.9.9.9', 'localhost', '::1'])('accepts the loopback host %s', (host) => {
    expect(errorLines(`server: { host: "${host}" }`)).toEqual([]);
    expect(errorLines('', { HOST: host })).toEqual([]);
  });

  test.each(['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.0.0.1.example.com', 'localhost.example.com'])(
    'rejects the host %s, unless auth is configured',
    (host) => {
      expect(errorLines(`server: { host: "${host}" }`)).toEqual([`test.yaml:1:11: server.host: ${message}: ${host}`]);
      expect(errorLines('', { HOST: host })).toEqual([`environment: HOST: ${message}: ${host}`]);
      expect(errorLines(`server: { host: "${host}" }\n${auth}`, { HOST: host })).toEqual([]);
    },
  );

  test('accepts a loopback HOST that overrides a public host of the file', () => {
    expect(errorLines('server: { host: 0.0.0.0 }', { HOST: '127.0.0.1' })).toEqual([]);
  });
});
