import { expect, test } from '@jest/globals';
import { accountFingerprint } from '../../cache/account-fingerprint.ts';
import { config } from './config.ts';

const accountConfig = { name: 'bots', vendor: 'avaamo', baseUrl: 'https://c7.avaamo.com', accessToken: 'token-0123' };
function identity(more: object = {}) {
  return accountFingerprint(config.parse({ ...accountConfig, ...more }));
}

test('rejects a token that no header can carry', () => {
  expect(config.safeParse({ ...accountConfig, accessToken: 'two\nlines' }).success).toBe(false);
});

test('rejects a header in the place of the token’s own, in any case', () => {
  for (const name of ['Access-Token', 'access-token'])
    expect(config.safeParse({ ...accountConfig, headers: { [name]: 'other' } }).success).toBe(false);
  expect(config.safeParse({ ...accountConfig, headers: { 'x-tenant': 'a' } }).success).toBe(true);
});

test('gives accounts with different tokens different owner fingerprints, which do not contain the token', () => {
  expect(identity()).toBe(identity({ timeoutMs: 1 }));
  expect(identity()).not.toBe(identity({ accessToken: 'token-0124' }));
  expect(identity()).not.toContain(accountConfig.accessToken);
});

test('rejects `owner` as a configuration key', () => {
  expect(config.safeParse({ ...accountConfig, owner: 'x' }).success).toBe(false);
});
