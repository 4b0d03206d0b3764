import { describe, expect, test } from '@jest/globals';
import { errorLines, loadOrThrow, MAIL_ACCOUNT, NUMBERS_ACCOUNT } from '../../test/support/config-harness.ts';

test('parses every account by the schema of its vendor', () => {
  const { accounts } = loadOrThrow(`accounts: [{ ${MAIL_ACCOUNT}, timeoutMs: 5 }, { ${NUMBERS_ACCOUNT} }]`);
  expect(accounts).toMatchObject([
    { name: 'mail', timeoutMs: 5, concurrency: 8, discover: true },
    { name: 'numbers', accountId: '7' },
  ]);
});

describe('an account of an unknown vendor', () => {
  test.each([
    ['vendor: mailsih, ', 'must be mailish or numeric: mailsih'],
    ['vendor: 7, ', 'must be mailish or numeric: 7'],
    ['', 'is missing'],
    ['vendor: "${NO_SUCH}", ', 'the environment variable NO_SUCH is not set'],
  ])('reports errors of the common keys only, in an account of an unknown vendor: %j', (vendor, message) => {
    const common =
      'baseUrl: "http://mail.example.com?x=1", timeoutMs: 0, maxQueued: "${T}", concurrency: "${U}", circuitBreaker: 1';
    const text = `accounts: [{ ${vendor}${common}, clientSecret: 5, apiVersion: 3, strange: 1 }, { ${MAIL_ACCOUNT}, strange: 1 }]`;
    const lines = errorLines(text, { T: '5', U: 'many' }).map((line) =>
      line.replace(/^test\.yaml:1:\d+: accounts/, ''),
    );
    expect(lines.sort()).toEqual(
      [
        '[0].name: is missing',
        `[0].vendor: ${message}`,
        '[0].baseUrl: must be https; http is allowed for loopback hosts only',
        '[0].baseUrl: must not contain a query',
        '[0].timeoutMs: must be at least 1: 0',
        '[0].concurrency: must be a number: …',
        '[0].circuitBreaker: must be true or false: 1',
        '[1].strange: is not a known key',
      ].sort(),
    );
  });

  test('reports only the vendor where nothing else is wrong', () => {
    expect(errorLines(`accounts:\n  - { ${MAIL_ACCOUNT.replace('mailish', 'mailsih')} }`)).toEqual([
      'test.yaml:2:19: accounts[0].vendor: must be mailish or numeric: mailsih',
    ]);
  });
});
