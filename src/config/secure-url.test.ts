import { expect, test } from '@jest/globals';
import { errorLines, MAIL_ACCOUNT } from '../../test/support/config-harness.ts';

test.each([
  ['ftp://mail.example.com', 'must be an http(s) URL: ftp://mail.example.com'],
  ['mail.example.com', 'must be an http(s) URL: mail.example.com'],
  ['http://mail.example.com', 'must be https; http is allowed for loopback hosts only: http://mail.example.com'],
  ['https://jane:pw@mail.example.com', 'must not contain a user name or password'],
  ['https://mail.example.com?x=1', 'must not contain a query'],
  ['https://mail.example.com#x', 'must not contain a fragment'],
])('rejects the base URL %s', (url, message) => {
  const text = `accounts:\n  - { ${MAIL_ACCOUNT.replace('https://mail.example.com', JSON.stringify(url))} }`;
  expect(errorLines(text)).toEqual([`test.yaml:2:36: accounts[0].baseUrl: ${message}`]);
});

test.each(['http://127.0.0.1:4100', 'http://localhost:1', 'http://[::1]:2', 'https://mail.example.com/below'])(
  'accepts the base URL %s',
  (url) => {
    expect(
      errorLines(`accounts: [{ ${MAIL_ACCOUNT.replace('https://mail.example.com', JSON.stringify(url))} }]`),
    ).toEqual([]);
  },
);
