import { expect, test } from '@jest/globals';
import { errorLines, NUMBERS_ACCOUNT } from '../../test/support/config-harness.ts';

test.each([
  [
    'a number instead of text',
    `accounts: [{ ${NUMBERS_ACCOUNT.replace('"7"', '7')} }]`,
    'must be text; put it in quotes',
  ],
  ['plain text instead of a mapping', 'just words', 'must be a mapping'],
  ['a list instead of a mapping', 'server: []', 'must be a mapping'],
  ['a mapping instead of a list', 'accounts: {}', 'must be a list'],
  ['an entry that is not a mapping', 'accounts: [1]', 'accounts[0]: must be a mapping'],
  [
    'an account without a vendor',
    'accounts: [{ name: a, baseUrl: https://a.example }]',
    'accounts[0].vendor: is missing',
  ],
  [
    'an account without a base URL',
    `accounts: [{ ${NUMBERS_ACCOUNT.replace(/baseUrl: .*?, /, '')} }]`,
    'accounts[0].baseUrl: is missing',
  ],
  ['a fraction instead of a whole number', 'limits: { maxDepth: 1.5 }', 'must be a whole number'],
  ['an empty text', 'server: { host: "" }', 'must not be empty'],
  ['an empty auth', 'auth: {}', 'must have apiKeys, jwt or both'],
  ['a short digest', 'auth: { apiKeys: [{ name: a, sha256: abc }] }', '64 hex digits'],
  ['a malformed e-mail address', 'agents: [{ id: a, kind: human, email: jane }]', 'valid e-mail address'],
  ['a key with two letters exchanged', 'server: { prot: 1 }', 'is not a known key; did you mean port?'],
  ['a key of another meaning', 'server: { hots1: 1 }', 'server.hots1: is not a known key'],
  [
    'a key that needs quotes in the path',
    'agents: [{ id: a, kind: human, accounts: { "a b": "1" } }]',
    'agents[0].accounts["a b"]: is not the name of',
  ],
])('reports %s', (_, text, message) => {
  expect(errorLines(text)).toEqual([expect.stringContaining(message)]);
});
