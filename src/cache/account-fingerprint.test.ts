import { expect, test } from '@jest/globals';
import { accountFingerprint } from './account-fingerprint.ts';
import { accountBaseSchema, type AccountConfig } from '../config/account.ts';

const account = accountBaseSchema.parse({ name: 'lp', vendor: 'liveperson', baseUrl: 'https://lp.example.com' });
const fingerprint = (overrides: object = {}) => accountFingerprint({ ...account, ...overrides });

test.each<[string, object]>([
  ['name', { name: 'lp2' }],
  ['vendor', { vendor: 'kore' }],
  ['address', { baseUrl: new URL('https://other.example.com') }],
  ['settings that only its vendor has', { siteId: '42' }],
])('an account of another %s is another', (_what, more) => {
  expect(fingerprint(more)).not.toBe(fingerprint());
});

test('how it is called, and how often, changes nothing', () => {
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

test('nor does the order in which it is written', () => {
  const turned = Object.fromEntries(Object.entries({ ...account, siteId: '42' }).reverse()) as AccountConfig;
  expect(accountFingerprint(turned)).toBe(fingerprint({ siteId: '42' }));
});
