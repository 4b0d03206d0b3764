import { expect, test } from '@jest/globals';
import { accountFingerprint } from '../../cache/account-fingerprint.ts';
import { config } from './config.ts';

const ENTRY = {
  name: 'vcc',
  vendor: 'vonage',
  baseUrl: 'https://emea.newvoicemedia.com',
  accountKey: 'a1b2c3d4e5',
  clientId: 'client',
  clientSecret: 'secret',
};

test.each(['/v1/{accountKey}/agents/{agentId}/latestInteractions', '/{agentId}', '/v0/a/recentinteraction/{agentId}'])(
  'accepts the path %s',
  (path) => {
    expect(config.parse({ ...ENTRY, path }).path).toBe(path);
  },
);

test.each([
  '',
  '/',
  '{agentId}',
  '/v0/{accountKey}',
  '/../{agentId}',
  '/v0/x{agentId}',
  '/{agentId}?a=b',
  '/%2e/{agentId}',
])('rejects the path %j', (path) => {
  expect(config.safeParse({ ...ENTRY, path }).error?.issues[0]?.path).toEqual(['path']);
});

test('distinguishes accounts by their key, which the fingerprint does not contain', () => {
  const fingerprints = ['a1b2c3d4e5', 'f6g7h8i9j0'].map((accountKey) =>
    accountFingerprint(config.parse({ ...ENTRY, accountKey })),
  );
  expect(new Set(fingerprints).size).toBe(2);
  expect(fingerprints.join()).not.toMatch(/a1b2c3d4e5|f6g7h8i9j0/);
  expect(accountFingerprint(config.parse({ ...ENTRY, clientSecret: 'another' }))).toBe(fingerprints[0]);
});
