import { expect, test } from '@jest/globals';
import { Secret } from './secret.ts';
import { digestSettings } from './settings-digest.ts';

const account = {
  name: 'a',
  baseUrl: new URL('https://a.example.com/'),
  token: new Secret('one'),
  headers: { x: new Secret('h') },
};

test('is equal for equal settings', () => {
  expect(digestSettings(structuredCopy())).toBe(digestSettings(account));
});

test.each([
  [{ token: new Secret('two') }],
  [{ headers: { x: new Secret('i') } }],
  [{ baseUrl: new URL('https://b.example.com/') }],
  [{ token: '[secret]' }],
  [{ timeoutMs: 1 }],
])('differs where something differs: %j', (change) => {
  expect(digestSettings({ ...account, ...change })).not.toBe(digestSettings(account));
});

test('shows nothing of a secret', () => {
  expect(digestSettings(account)).toMatch(/^[0-9a-f]{64}$/);
});

function structuredCopy() {
  return { ...account, baseUrl: new URL(account.baseUrl), token: new Secret('one'), headers: { x: new Secret('h') } };
}
