import { expect, test } from '@jest/globals';
import { errorLines, load, loadOrThrow, NUMBERS_ACCOUNT } from '../../test/support/config-harness.ts';

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
    'test.yaml:1:24: server.hots: is not a known key',
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
