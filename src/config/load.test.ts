import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { errorLines, load, loadOrThrow, MAIL_ACCOUNT, NUMBERS_ACCOUNT } from '../../test/support/config-harness.ts';

test('loads a configuration in JSON', () => {
  expect(loadOrThrow(JSON.stringify({ server: { port: 1 } })).server.port).toBe(1);
});

test('reports all errors at once, each with its path and position', () => {
  const text = `server: { port: 70000, hots: x }
limits:
  maxDepth: deep
accounts:
  - { name: mail, vendor: mailish, baseUrl: https://mail.example.com }
  - { name: other, vendor: fifth, baseUrl: https://x.example.com }
agents:
  - { id: jane, kind: alien, accounts: { nowhere: "1" } }
colour: red
`;
  expect(errorLines(text)).toEqual([
    'test.yaml:1:11: server.port: must be at most 65535: 70000',
    'test.yaml:1:24: server.hots: is not a known key; did you mean host?',
    'test.yaml:3:3: limits.maxDepth: must be a number: deep',
    'test.yaml:5:5: accounts[0].clientSecret: is missing',
    'test.yaml:6:20: accounts[1].vendor: must be mailish or numeric: fifth',
    'test.yaml:8:17: agents[0].kind: must be human or virtual: alien',
    'test.yaml:8:42: agents[0].accounts.nowhere: is not the name of a configured account',
    'test.yaml:9:1: colour: is not a known key',
  ]);
});

test('shows no secret of the file and no value of the environment in any error', () => {
  const canary = 'CANARY-0815';
  const wrong = [
    `accounts: [{ name: "\${C}", vendor: "\${C}", baseUrl: "\${C}", clientSecret: ["\${C}"], timeoutMs: "\${C}" }]`,
    `accounts: [{ ${NUMBERS_ACCOUNT} }]\nagents: [{ id: a, kind: "\${C}", email: "\${C}", accounts: { numbers: "\${C}" } }]`,
    `auth: { apiKeys: [{ name: "\${C}", sha256: "\${C}", accounts: ["\${C}"], scopes: ["\${C}"] }], jwt: { issuer: 1, audience: 1, jwksUri: "\${C}" } }`,
    `cache: { url: "\${C}", maxBytes: "\${C}" }\nlimits: "\${C}"`,
  ];
  for (const text of wrong) {
    for (const [yaml, env] of [
      [text, { C: canary }],
      [text.replaceAll('${C}', canary), {}],
    ] as const) {
      const loaded = load(yaml, env);
      expect(loaded.ok).toBe(false);
      if (env.C) {
        expect(JSON.stringify(loaded)).not.toContain(canary);
        continue;
      }
      // What is no secret is named, except where it comes from the environment.
      const secrets = loaded.ok ? [] : loaded.errors.filter(({ path }) => /clientSecret|sha256|cache\.url/.test(path));
      expect(JSON.stringify(secrets)).not.toContain(canary);
    }
  }
});

/** Places for a secret, or for another value that is wrong where it stands. */
const PLACES = [
  'server: { host: &host "${C}", allowedHosts: [*host] }\nlimits: { maxDepth: *host, maxFiles: "${C}" }',
  'accounts: [{ name: "${C}", vendor: "${C}", baseUrl: "${C}" }]',
  `accounts: [{ ${MAIL_ACCOUNT}, discover: "\${C}", timeoutMs: "\${C}", proxyUrl: "\${C}", headers: { x: "\${C}" } }]`,
  `accounts: [{ ${NUMBERS_ACCOUNT}, apiVersion: "\${C}" }]\nagents: [{ id: a, kind: "\${C}", accounts: { numbers: "\${C}" } }]`,
  'agents: [{ id: a, kind: human, email: "${C}" }, { id: b, kind: human, email: "${C}" }]',
  'auth: { apiKeys: [{ name: a, sha256: "${C}", accounts: ["${C}"], scopes: ["${C}"] }, { name: b, sha256: "${C}" }] }',
  'auth: { jwt: { issuer: i, audience: a, jwksUri: "http://${C}" } }',
  'cache: { url: ["${C}", "redis://:${C}@a/x", "redis://${C}@a:1:2", "redis://${C}"], maxBytes: "${C}" }',
  'server: { host: "${C}", cors: { origins: ["${C}", "https://${C}"] }, allowedHosts: ["${C}"], trustProxy: ["${C}"] }',
];

describe('a message', () => {
  const secret = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `Zq${text.replaceAll('\0', '')}`);

  test('shows no value of a placeholder, whatever it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PLACES), secret, (text, value) => {
        expect(errorLines(text, { C: value }).join('\n')).not.toContain('Zq');
      }),
      { numRuns: 1000 },
    );
  });

  test('keeps its own words, whatever the values of placeholders are', () => {
    const words = ['true', 'must', 'false', 'number', 'is missing', 'a', ': ', 'known key'];
    fc.assert(
      fc.property(fc.constantFrom(...words), (word) => {
        const text = `accounts: [{ ${MAIL_ACCOUNT}, discover: "\${C}", colour: red, timeoutMs: 0 }]`;
        const own = [': must be at least 1: 0', ': is not a known key'];
        const discover = word === 'true' || word === 'false' ? [] : [': must be true or false: …'];
        expect(errorLines(text, { C: word }).map((line) => line.replace(/^.*?\]\.\w+/, ''))).toEqual(
          expect.arrayContaining([...own, ...discover]),
        );
      }),
    );
  });
});

test('shows no password of a Redis URL in the file', () => {
  const password = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).map((text) => `Zq${text}`);
  const toUrl = fc.constantFrom<(text: string) => string>(
    (text) => `redis://:${text}@cache:6379/x`,
    (text) => `redis://user:${text}@a,,b`,
    (text) => `http://${text}@cache`,
    (text) => `redis://:${text}`,
    (text) => `redis://user:${text}/x`,
    (text) => `redis+sentinel://:${encodeURIComponent(text)}@s1,s2`,
    (text) => text,
  );
  fc.assert(
    fc.property(password, toUrl, (text, format) => {
      const lines = errorLines(JSON.stringify({ cache: { url: format(text) } }));
      expect(lines.join('\n')).not.toContain('Zq');
    }),
    { numRuns: 1000 },
  );
});
