import { expect, test } from '@jest/globals';
import { accountFingerprint } from '../../cache/account-fingerprint.ts';
import { config } from './config.ts';

const entry = { name: 'bots', vendor: 'avaamo', baseUrl: 'https://c7.avaamo.com', accessToken: 'token-0123' };
const identity = (more: object = {}) => accountFingerprint(config.parse({ ...entry, ...more }));

test('a token that no header can carry is refused at start', () => {
  expect(config.safeParse({ ...entry, accessToken: 'two\nlines' }).success).toBe(false);
});

test('accounts of one name and host with different tokens are not one account, and no token tells itself', () => {
  expect(identity()).toBe(identity({ timeoutMs: 1 }));
  expect(identity()).not.toBe(identity({ accessToken: 'token-0124' }));
  expect(identity()).not.toContain(entry.accessToken);
});

test('the owner is no key of an entry', () => {
  expect(config.safeParse({ ...entry, owner: 'x' }).success).toBe(false);
});
