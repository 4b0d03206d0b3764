import { expect, test } from '@jest/globals';
import { errorLines, loadOrThrow } from '../../test/support/config-harness.ts';

test('settings have the documented defaults', () => {
  expect(loadOrThrow('')).toEqual({
    proxy: { url: null, noProxy: '' },
    server: {
      host: '127.0.0.1',
      port: 4000,
      allowedHosts: [],
      trustProxy: false,
      lameDuckSeconds: 5,
      drainSeconds: 20,
      listenWhenReady: false,
      watchConfig: true,
    },
    limits: {
      maxTokens: 2000,
      maxDepth: 12,
      maxAliases: 30,
      maxRootFields: 20,
      maxEstimatedItems: 10_000_000,
      maxResponseObjects: 100_000,
      maxVendorCalls: 500,
      maxFiles: 2000,
      requestTimeoutMs: 30_000,
      maxInFlight: 200,
      bodyBytes: 102_400,
      maxUnreadBytes: 134_217_728,
      authFailuresPerMinute: 10,
    },
    live: { minIntervalSeconds: 2, maxSubscriptions: 1000, maxSubscriptionsPerCaller: 50 },
    performance: {
      responseCacheBytes: 67_108_864,
      executor: 'prepared',
      objectTextBytes: 67_108_864,
      documentCacheBytes: 33_554_432,
      synchronousReads: true,
    },
    cache: {
      maxBytes: 268_435_456,
      maxDiskBytes: 1_073_741_824,
      staleIfErrorSeconds: 600,
      ttl: {
        interactions: 10,
        statusLive: 15,
        statusPast: 86_400,
        usageLive: 60,
        usagePast: 86_400,
        files: 2_592_000,
        directory: 300,
      },
    },
    agents: [],
    teams: [],
    warm: [],
    directory: [],
    accounts: [],
  });
});

test('claims of tokens have the documented defaults and only known keys', () => {
  const jwt = (claims: string) =>
    `auth: { jwt: { issuer: i, audience: a, jwksUri: "https://id.example.com/jwks"${claims} } }`;
  expect(loadOrThrow(jwt('')).auth?.jwt?.claims).toEqual({
    scopes: 'scope',
    accounts: 'accounts',
    requireAccounts: false,
  });
  expect(errorLines(jwt(', claims: { scopes: "", account: x }'))).toEqual([
    expect.stringContaining('auth.jwt.claims.scopes: '),
    expect.stringContaining('auth.jwt.claims.account: is not a known key'),
  ]);
});
