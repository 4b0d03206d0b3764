import { expect, test } from '@jest/globals';
import { errorLines, loadOrThrow } from '../../test/support/config-harness.ts';

const AUTH = `auth: { jwt: { issuer: i, audience: a, jwksUri: "https://id.example.com/jwks" } }`;

test.each(['https://a.example', 'http://localhost:3000', 'http://[::1]:3000', 'app://desktop', '*'])(
  'accepts the origin %s',
  (origin) => {
    const { server } = loadOrThrow(`server: { cors: { origins: ["${origin}"] } }`);
    expect(server.cors).toEqual({ origins: [origin], maxAgeSeconds: 600 });
  },
);

test.each([
  'https://a.example/',
  'https://a.example:443',
  'https://A.example',
  'https://*.example',
  'app://*',
  'a.example',
  'null',
  '',
])('rejects the origin %j', (origin) => {
  expect(errorLines(`server: { cors: { origins: ["${origin}"] } }`)).toEqual([
    expect.stringContaining('server.cors.origins[0]: must be an origin such as https://wallboard.example.com'),
  ]);
});

test('accepts * only without auth', () => {
  expect(errorLines(`server: { cors: { origins: ["https://a.example", "*"] } }\n${AUTH}`)).toEqual([
    expect.stringContaining('server.cors.origins[1]: must name an origin: * is accepted only without auth'),
  ]);
});

test.each([
  ['maxAgeSeconds: 86401', 'must be at most 86400'],
  ['maxAgeSeconds: -1', 'must be at least 0'],
])('rejects %s', (setting, message) => {
  expect(errorLines(`server: { cors: { origins: ["*"], ${setting} } }`)).toEqual([expect.stringContaining(message)]);
});

test.each(['"a.example:80"', '"http://a"', '"a b"'])('rejects the allowed host %s', (host) => {
  expect(errorLines(`server: { allowedHosts: [${host}] }`)).toEqual([
    expect.stringContaining('server.allowedHosts[0]: must be a host name or address, without a port'),
  ]);
});
