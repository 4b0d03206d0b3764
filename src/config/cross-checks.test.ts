import { expect, test } from '@jest/globals';
import { errorLines, MAIL_ACCOUNT, NUMBERS_ACCOUNT } from '../../test/support/config-harness.ts';

const ACCOUNTS = `accounts: [{ ${MAIL_ACCOUNT} }, { ${NUMBERS_ACCOUNT} }]`;
function withAgents(...entries: readonly string[]) {
  return `${ACCOUNTS}\nagents:\n${entries.map((entry) => `  - { ${entry} }`).join('\n')}`;
}
function withApiKeys(...entries: readonly string[]) {
  return `${ACCOUNTS}\nauth:\n  apiKeys:\n${entries.map((entry) => `    - { ${entry} }`).join('\n')}`;
}
const DIGEST_A = 'a'.repeat(64);
const DIGEST_B = 'b'.repeat(64);

test.each([
  [
    'two accounts with the same name',
    `accounts: [{ ${MAIL_ACCOUNT} }, { ${MAIL_ACCOUNT} }]`,
    'accounts[1].name: is the same name as in accounts[0]: mail',
  ],
  [
    'two agents with the same id',
    withAgents('id: a, kind: human', 'id: a, kind: human'),
    'agents[1].id: is the same id as in agents[0]: a',
  ],
  [
    'an agent’s account that is not configured',
    withAgents('id: a, kind: human, accounts: { lp: "9" }'),
    'agents[0].accounts.lp: is not the name of a configured account',
  ],
  [
    'a malformed reference',
    withAgents('id: a, kind: human, accounts: { numbers: "x" }'),
    'agents[0].accounts.numbers: must be a number: x',
  ],
  [
    'two agents with the same reference in different spellings',
    withAgents('id: a, kind: human, accounts: { numbers: "09" }', 'id: b, kind: human, accounts: { numbers: "9" }'),
    'agents[1].accounts.numbers: is the same reference as in agents[0]: 9',
  ],
  [
    'two agents with the same e-mail address in different case',
    withAgents('id: a, kind: human, email: J@x.org', 'id: b, kind: human, email: j@X.org'),
    'agents[1].email: is the same e-mail address as in agents[0]: j@X.org',
  ],
  [
    'an e-mail address that is another agent’s reference',
    withAgents('id: a, kind: human, email: j@x.org', 'id: b, kind: human, accounts: { mail: J@x.org }'),
    'agents[1].accounts.mail: is the same e-mail address as in agents[0]: J@x.org',
  ],
  [
    'two teams with the same id',
    'teams: [{ id: a, name: A }, { id: b, name: B }, { id: a, name: C }]',
    'teams[2].id: is the same id as in teams[0]: a',
  ],
  [
    'an agent’s team that is not configured, with the one that is probably meant',
    `${withAgents('id: a, kind: human, team: sport-de')}\nteams: [{ id: support-de, name: Support }]`,
    'agents[0].team: is not the id of a configured team: sport-de; did you mean support-de?',
  ],
  [
    'an agent’s team without any teams',
    withAgents('id: a, kind: human, team: sales'),
    'agents[0].team: is not the id of a configured team: sales',
  ],
  [
    'two keys with the same name',
    withApiKeys(`name: a, sha256: ${DIGEST_A}`, `name: a, sha256: ${DIGEST_B}`),
    'auth.apiKeys[1].name: is the same name as in auth.apiKeys[0]: a',
  ],
  [
    'two callers with the same key',
    withApiKeys(`name: a, sha256: ${DIGEST_A}`, `name: b, sha256: ${DIGEST_A.toUpperCase()}`),
    'auth.apiKeys[1].sha256: is the same digest as in auth.apiKeys[0]',
  ],
  [
    'a key for an account that is not configured',
    withApiKeys(`name: a, sha256: ${DIGEST_A}, accounts: [mail, lp]`),
    'auth.apiKeys[0].accounts[1]: is not the name of a configured account: lp',
  ],
])('reports %s', (_, text, expected) => {
  expect(errorLines(text)).toEqual([expect.stringMatching(/^test\.yaml:\d+:\d+: /)]);
  expect(errorLines(text)[0]).toContain(expected);
});

test.each([
  [
    'an agent whose reference is its own e-mail address',
    withAgents('id: a, kind: human, email: j@x.org, accounts: { mail: J@x.org }'),
  ],
  [
    'the same reference in two accounts',
    withAgents('id: a, kind: human, accounts: { numbers: "9" }', 'id: b, kind: human, accounts: { mail: "9" }'),
  ],
  [
    'two agents of one team, and a team without an agent',
    `${withAgents('id: a, kind: human, team: t', 'id: b, kind: virtual, team: t')}\nteams: [{ id: t, name: T }, { id: u, name: T }]`,
  ],
  ['a key without accounts', withApiKeys(`name: a, sha256: ${DIGEST_A}, accounts: []`)],
  ['a key for a configured account', withApiKeys(`name: a, sha256: ${DIGEST_A}, accounts: [numbers]`)],
])('accepts %s', (_, text) => {
  expect(errorLines(text)).toEqual([]);
});

test('reports duplicates and unknown names next to other errors', () => {
  const text = `limits: nonsense\naccounts: [{ name: a }, { name: a, vendor: 5 }, 7]\nagents: [8, { id: x }, { id: x, accounts: { gone: "1" } }]\nauth: { apiKeys: [9, { name: k, accounts: 5 }, { name: k, accounts: [6, gone] }] }`;
  expect(errorLines(text)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('accounts[1].name: is the same name as in accounts[0]: a'),
      expect.stringContaining('agents[2].id: is the same id as in agents[1]: x'),
      expect.stringContaining('agents[2].accounts.gone: is not the name of a configured account'),
      expect.stringContaining('auth.apiKeys[2].name: is the same name as in auth.apiKeys[1]: k'),
      expect.stringContaining('auth.apiKeys[2].accounts[1]: is not the name of a configured account: gone'),
    ]),
  );
});

test('redacts a duplicate value that comes from the environment', () => {
  const text = withAgents('id: a, kind: human, email: "${MAIL}"', 'id: b, kind: human, email: "${MAIL}"');
  expect(errorLines(text, { MAIL: 'jane@example.com' })).toEqual([
    expect.stringMatching(/: agents\[1\]\.email: is the same e-mail address as in agents\[0\]: …$/),
  ]);
});

test('reports a reference that is an address once', () => {
  const entry = 'kind: human, accounts: { mail: a@example.com }';
  expect(errorLines(withAgents(`id: a, ${entry}`, `id: b, ${entry}`))).toEqual([
    expect.stringContaining('agents[1].accounts.mail: is the same reference as in agents[0]: a@example.com'),
  ]);
});

test('redacts a team that comes from the environment, and does not suggest one that does', () => {
  const text = `${withAgents('id: a, kind: human, team: "${TEAM}"', 'id: b, kind: human, team: sale')}\nteams: [{ id: "\${SALES}", name: Sales }]`;
  expect(errorLines(text, { TEAM: 'sales1', SALES: 'sales' })).toEqual([
    expect.stringMatching(/: agents\[0\]\.team: is not the id of a configured team: …; did you mean …\?$/),
    expect.stringMatching(/: agents\[1\]\.team: is not the id of a configured team: sale; did you mean …\?$/),
  ]);
});
