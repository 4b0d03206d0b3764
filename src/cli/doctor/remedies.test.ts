import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { AccountConfig } from '../../config/account.ts';
import { Secret } from '../../config/secret.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { findRemedy } from './remedies.ts';

const account = {
  name: 'kore-main',
  baseUrl: new URL('https://kore.example.com:8443/api'),
  timeoutMs: 8000,
  connectTimeoutMs: 2000,
  accountId: '63f0',
  clientSecret: new Secret('CANARY'),
} as unknown as AccountConfig;

function remedyFor(reason: string | null, retryAfterSeconds?: number): string {
  const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;
  const details = { ...(reason !== null && { reason }), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  return findRemedy(account, new VendorError(target, 'VENDOR_UNAVAILABLE', 'failed', details));
}

const FALLBACK =
  'compare the account’s settings with the vendor’s documents: accountId 63f0, clientSecret (6 characters)';

test.each([
  ['dns', 'the name kore.example.com does not resolve'],
  ['dns_temporary', 'the name kore.example.com does not resolve'],
  ['connect', 'no server listens at kore.example.com:8443'],
  ['timeout_connect', 'within connectTimeoutMs (2000)'],
  ['timeout_total', 'no answer within timeoutMs (8000)'],
  ['reset', 'closes the connection'],
  ['tls', 'NODE_EXTRA_CA_CERTS'],
  ['proxy', 'the proxy cannot be reached'],
  ['proxy_auth', 'user name and password'],
  ['proxy_refused', 'does not allow kore.example.com'],
  ['proxy_upstream', 'does not reach kore.example.com:8443'],
  ['status_401', 'compare accountId 63f0, clientSecret (6 characters)'],
  ['status_403', 'the permissions of the key'],
  ['oauth_timestamp_refused', 'set this machine’s clock'],
  ['oauth_signature_invalid', 'refuses the credentials'],
  ['status_404', 'knows no such account or agent'],
  ['contract', 'not what the vendor documents'],
  ['status_429', 'the quota is used up'],
  ['status_502', 'the vendor has a problem'],
  ['status_400', FALLBACK],
  [null, FALLBACK],
])('says what to do about %s, without a secret', (reason, remedy) => {
  expect(remedyFor(reason)).toContain(remedy);
  expect(remedyFor(reason)).not.toContain('CANARY');
});

test('names the time that the vendor names', () => {
  expect(remedyFor('status_429', 30)).toContain('it is free again in 30 s');
});

test('has a remedy for every reason of a single call in docs/operations.md', () => {
  const text = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [section = ''] = text.split('## Reasons of failed vendor calls')[1]?.split('\n## ') ?? [];
  const reasons = [...section.matchAll(/`([a-z0-9_]+)`/g)].map(([, reason = '']) => reason);
  // Of files, which the doctor does not download.
  const ofFiles = new Set(['file_malformed', 'file_truncated', 'corrupt', 'zip']);
  expect(reasons.length).toBeGreaterThan(15);
  expect(reasons.filter((reason) => !ofFiles.has(reason) && remedyFor(reason) === FALLBACK)).toEqual(
    ['baseUrl', 'proxyUrl'].filter((name) => reasons.includes(name)),
  );
});
