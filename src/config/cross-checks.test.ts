import { expect, test } from '@jest/globals';
import { MAIL_ACCOUNT, NUMBERS_ACCOUNT, errorLines } from '../../test/support/config-harness.ts';

const ACCOUNTS = `accounts: [{ ${MAIL_ACCOUNT} }, { ${NUMBERS_ACCOUNT} }]`;
const withAgents = (...entries: readonly string[]) =>
  `${ACCOUNTS}\nagents:\n${entries.map((entry) => `  - { ${entry} }`).join('\n')}`;
const withApiKeys = (...entries: readonly string[]) =>
  `${ACCOUNTS}\nauth:\n  apiKeys:\n${entries.map((entry) => `    - { ${entry} }`).join('\n')}`;
const DIGEST_A = 'a'.repeat(64);
const DIGEST_B = 'b'.repeat(64);

test.each([
  [
    'two accounts of one name',
    `accounts: [{ ${MAIL_ACCOUNT} }, { ${MAIL_ACCOUNT} }]`,
    'accounts[1].name: is the same as in accounts[0]',
  ],
  [
    'two agents of one id',
    withAgents('id: a, kind: human', 'id: a, kind: human'),
    'agents[1].id: is the same as in agents[0]',
  ],
  [
    'an account that is not there',
    withAgents('id: a, kind: human, accounts: { lp: "9" }'),
    'agents[0].accounts.lp: names no configured account',
  ],
  [
    'a reference that cannot be one',
    withAgents('id: a, kind: human, accounts: { numbers: "x" }'),
    'agents[0].accounts.numbers: x is not a number',
  ],
  [
    'one reference in two agents, written differently',
    withAgents('id: a, kind: human, accounts: { numbers: "09" }', 'id: b, kind: human, accounts: { numbers: "9" }'),
    'agents[1].accounts.numbers: is the same as in agents[0]',
  ],
  [
    'one e-mail address in two agents, whatever the case',
    withAgents('id: a, kind: human, email: J@x.org', 'id: b, kind: human, email: j@X.org'),
    'agents[1].email: is the same as in agents[0]',
  ],
  [
    'an e-mail address that is another agent’s reference',
    withAgents('id: a, kind: human, email: j@x.org', 'id: b, kind: human, accounts: { mail: J@x.org }'),
    'agents[1].accounts.mail: is the same as in agents[0]',
  ],
  [
    'two keys of one name',
    withApiKeys(`name: a, sha256: ${DIGEST_A}`, `name: a, sha256: ${DIGEST_B}`),
    'auth.apiKeys[1].name: is the same as in auth.apiKeys[0]',
  ],
  [
    'one key for two callers',
    withApiKeys(`name: a, sha256: ${DIGEST_A}`, `name: b, sha256: ${DIGEST_A.toUpperCase()}`),
    'auth.apiKeys[1].sha256: is the same as in auth.apiKeys[0]',
  ],
  [
    'a key for an account that is not there',
    withApiKeys(`name: a, sha256: ${DIGEST_A}, accounts: [mail, lp]`),
    'auth.apiKeys[0].accounts[1]: names no configured account',
  ],
])('%s', (_, text, expected) => {
  expect(errorLines(text)).toEqual([expect.stringMatching(/^test\.yaml:\d+:\d+: /)]);
  expect(errorLines(text)[0]).toContain(expected);
});

test.each([
  [
    'an agent whose reference is its own e-mail address',
    withAgents('id: a, kind: human, email: j@x.org, accounts: { mail: J@x.org }'),
  ],
  [
    'one reference in two accounts',
    withAgents('id: a, kind: human, accounts: { numbers: "9" }', 'id: b, kind: human, accounts: { mail: "9" }'),
  ],
  ['a key for no account', withApiKeys(`name: a, sha256: ${DIGEST_A}, accounts: []`)],
  ['a key for an account that is there', withApiKeys(`name: a, sha256: ${DIGEST_A}, accounts: [numbers]`)],
])('%s is no problem', (_, text) => {
  expect(errorLines(text)).toEqual([]);
});

test('what is wrong elsewhere does not hide it', () => {
  const text = `limits: nonsense\naccounts: [{ name: a }, { name: a, vendor: 5 }, 7]\nagents: [8, { id: x }, { id: x, accounts: { gone: "1" } }]\nauth: { apiKeys: [9, { name: k, accounts: 5 }, { name: k, accounts: [6, gone] }] }`;
  expect(errorLines(text)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('accounts[1].name: is the same as in accounts[0]'),
      expect.stringContaining('agents[2].id: is the same as in agents[1]'),
      expect.stringContaining('agents[2].accounts.gone: names no configured account'),
      expect.stringContaining('auth.apiKeys[2].name: is the same as in auth.apiKeys[1]'),
      expect.stringContaining('auth.apiKeys[2].accounts[1]: names no configured account'),
    ]),
  );
});
