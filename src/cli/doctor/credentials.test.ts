import { expect, test } from '@jest/globals';
import type { AccountConfig } from '../../config/account.ts';
import { Secret } from '../../config/secret.ts';
import { describeCredentials } from './credentials.ts';

test('names ids, masks secrets, and shows blanks around them', () => {
  const account = {
    name: 'kore-main',
    baseUrl: new URL('https://kore.example.com'),
    accountId: '63f0',
    clientId: 'cs-1',
    clientSecret: new Secret('CANARY\n'),
    accessToken: new Secret('x'),
    proxyUrl: new Secret('http://user:CANARY@proxy'),
    owner: 'fingerprint',
  } as unknown as AccountConfig;
  expect(describeCredentials(account)).toBe(
    'accountId 63f0, clientId cs-1, clientSecret (7 characters, with a blank or line break at an end), accessToken (1 character)',
  );
});
