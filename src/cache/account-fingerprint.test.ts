import { expect, test } from '@jest/globals';
import { accountBaseSchema, type AccountConfig } from '../config/account.ts';
import { accountFingerprint } from './account-fingerprint.ts';

const account = accountBaseSchema.parse({ name: 'lp', vendor: 'liveperson', baseUrl: 'https://lp.example.com' });
function fingerprint(overrides: object = {}) {
  return accountFingerprint({ ...account, ...overrides });
}

test.each<[string, object]>([
  ['name', { name: 'lp2' }],
  ['vendor', { vendor: 'kore' }],
  ['base URL', { baseUrl: new URL('https://other.example.com') }],
  ['vendor-specific settings', { siteId: '42' }],
])('changes the fingerprint with the account’s %s', (_what, overrides) => {
  expect(fingerprint(overrides)).not.toBe(fingerprint());
});

test('keeps the fingerprint when only tuning settings change', () => {
  const tuning = accountBaseSchema.omit({ name: true, vendor: true, baseUrl: true }).parse({
    timeoutMs: 1,
    concurrency: 1,
    maxQueued: 1,
    requestsPerMinute: 1,
    maxRetries: 1,
    circuitBreaker: false,
    honorRetryAfter: false,
  });
  expect(fingerprint(tuning)).toBe(fingerprint());
});

test('keeps the fingerprint when the settings are written in another order', () => {
  const reordered = Object.fromEntries(Object.entries({ ...account, siteId: '42' }).reverse()) as AccountConfig;
  expect(accountFingerprint(reordered)).toBe(fingerprint({ siteId: '42' }));
});
