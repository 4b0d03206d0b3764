import { describe, expect, test } from '@jest/globals';
import { loadOrThrow, load, MAIL_ACCOUNT, NUMBERS_ACCOUNT, errorLines } from '../../test/support/config-harness.ts';

describe('a whole configuration', () => {
  test('comes with the documented defaults', () => {
    expect(loadOrThrow('')).toEqual({
      server: { host: '127.0.0.1', port: 4000, lameDuckSeconds: 1, drainSeconds: 20 },
      limits: {
        maxTokens: 2000,
        maxDepth: 12,
        maxAliases: 30,
        maxRootFields: 20,
        maxEstimatedItems: 10_000_000,
        maxResponseObjects: 100_000,
        maxVendorCalls: 500,
        maxFiles: 2000,
        requestTimeoutMs: 30_000,
        maxInFlight: 200,
        bodyBytes: 102_400,
      },
      cache: {
        maxBytes: 268_435_456,
        staleIfErrorSeconds: 600,
        ttl: {
          interactions: 10,
          statusLive: 15,
          statusPast: 86_400,
          usageLive: 60,
          usagePast: 86_400,
          files: 2_592_000,
          directory: 300,
        },
      },
      agents: [],
      accounts: [],
    });
  });

  test('gives every account the form of its vendor', () => {
    const { accounts } = loadOrThrow(`accounts: [{ ${MAIL_ACCOUNT}, timeoutMs: 5 }, { ${NUMBERS_ACCOUNT} }]`);
    expect(accounts).toMatchObject([
      { name: 'mail', timeoutMs: 5, concurrency: 8, discover: true },
      { name: 'numbers', accountId: '7' },
    ]);
  });

  test('may be JSON', () => {
    expect(loadOrThrow(JSON.stringify({ server: { port: 1 } })).server.port).toBe(1);
  });

  test('keeps the secret in a box', () => {
    expect(JSON.stringify(loadOrThrow(`accounts: [{ ${MAIL_ACCOUNT} }]`))).not.toContain('s3cret');
  });
});

describe('problems', () => {
  test('are told all at once, each with its path and place', () => {
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
      'test.yaml:1:11: server.port: must be at most 65535',
      'test.yaml:1:24: server.hots: is not a known key',
      'test.yaml:3:3: limits.maxDepth: must be a number',
      'test.yaml:5:5: accounts[0].clientSecret: is missing',
      'test.yaml:6:20: accounts[1].vendor: must be mailish or numeric',
      'test.yaml:8:17: agents[0].kind: must be human or virtual',
      'test.yaml:8:42: agents[0].accounts.nowhere: names no configured account',
      'test.yaml:9:1: colour: is not a known key',
    ]);
  });

  test.each([
    [
      'a number where text is due',
      `accounts: [{ ${NUMBERS_ACCOUNT.replace('"7"', '7')} }]`,
      'must be text; put it in quotes',
    ],
    ['no mapping', 'just words', 'must be a mapping'],
    ['a list where a mapping is due', 'server: []', 'must be a mapping'],
    ['a mapping where a list is due', 'accounts: {}', 'must be a list'],
    ['an entry that is no mapping', 'accounts: [1]', 'accounts[0]: must be a mapping'],
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
    ['half a number', 'limits: { maxDepth: 1.5 }', 'must be a whole number'],
    ['nothing where something is due', 'server: { host: "" }', 'must not be empty'],
    ['an empty auth', 'auth: {}', 'needs apiKeys, jwt or both'],
    ['a short digest', 'auth: { apiKeys: [{ name: a, sha256: abc }] }', '64 hex digits'],
    ['no e-mail address', 'agents: [{ id: a, kind: human, email: jane }]', 'valid e-mail address'],
    [
      'a strange key',
      'agents: [{ id: a, kind: human, accounts: { "a b": "1" } }]',
      'agents[0].accounts["a b"]: names no',
    ],
  ])('%s', (_, text, message) => {
    expect(errorLines(text)).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['ftp://mail.example.com', 'must be an http(s) URL'],
    ['mail.example.com', 'must be an http(s) URL'],
    ['http://mail.example.com', 'must be https, except on this machine'],
    ['https://jane:pw@mail.example.com', 'must not hold a user name or password'],
    ['https://mail.example.com?x=1', 'must not hold a query'],
    ['https://mail.example.com#x', 'must not hold a fragment'],
  ])('base URL %s', (url, message) => {
    const text = `accounts:\n  - { ${MAIL_ACCOUNT.replace('https://mail.example.com', JSON.stringify(url))} }`;
    expect(errorLines(text)).toEqual([`test.yaml:2:36: accounts[0].baseUrl: ${message}`]);
  });

  test.each(['http://127.0.0.1:4100', 'http://localhost:1', 'http://[::1]:2', 'https://mail.example.com/below'])(
    'base URL %s is none',
    (url) => {
      expect(
        errorLines(`accounts: [{ ${MAIL_ACCOUNT.replace('https://mail.example.com', JSON.stringify(url))} }]`),
      ).toEqual([]);
    },
  );
});

describe('an account of no known vendor', () => {
  test.each([
    ['vendor: mailsih, ', 'must be mailish or numeric'],
    ['vendor: 7, ', 'must be mailish or numeric'],
    ['', 'is missing'],
    ['vendor: "${NO_SUCH}", ', 'the environment variable NO_SUCH is not set'],
  ])('is told whatever is wrong with the keys that all accounts have, and nothing of others: %j', (vendor, message) => {
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
        '[0].baseUrl: must be https, except on this machine',
        '[0].baseUrl: must not hold a query',
        '[0].timeoutMs: must be at least 1',
        '[0].concurrency: must be a number',
        '[0].circuitBreaker: must be true or false',
        '[1].strange: is not a known key',
      ].sort(),
    );
  });

  test('with nothing else wrong is told its vendor only', () => {
    expect(errorLines(`accounts:\n  - { ${MAIL_ACCOUNT.replace('mailish', 'mailsih')} }`)).toEqual([
      'test.yaml:2:19: accounts[0].vendor: must be mailish or numeric',
    ]);
  });
});

describe('YAML that is none', () => {
  test.each([
    ['server: {}\nserver: {}', ':2:1: the same key stands twice'],
    ['a: s3cret: x', 'a second colon on this line'],
    ['a: "s3cret', 'a closing quote, bracket, comma or colon is missing'],
    ['a: *s3cret', 'an alias (*) refers to no anchor'],
    ['a: !s3cret x', 'a value beginning with ! is a tag'],
    ['a: "\\s3cret"', 'no such escape sequence'],
    ['a: @s3cret', 'a value cannot begin with this character'],
    ['\ta: s3cret', 'tabs cannot indent'],
    ['a: 1\n---\nb: s3cret', 'one document only'],
    ['- a\ns3cret: 1', 'something stands here that cannot'],
  ])('%j', (text, message) => {
    const lines = errorLines(text);
    expect(lines[0]).toContain(message);
    expect(lines.join()).not.toContain('s3cret');
  });

  test.each(['server: {}\nserver: {}', 'server: *nowhere'])('hides nothing of the environment: %j', (text) => {
    expect(errorLines(text, { PORT: 'x' })).toEqual([
      'environment: PORT: must be a whole number from 0 to 65535',
      expect.stringMatching(/^test\.yaml/),
    ]);
  });

  test('anchors, aliases and merge keys are fine', () => {
    const text = `limits: { maxDepth: &n 5, maxAliases: *n }
accounts:
  - &one { ${MAIL_ACCOUNT} }
  - { <<: *one, name: second }`;
    expect(loadOrThrow(text)).toMatchObject({
      limits: { maxAliases: 5 },
      accounts: [{}, { name: 'second', vendor: 'mailish' }],
    });
  });
});

describe('PORT and HOST', () => {
  test('go before the file', () => {
    const { server } = loadOrThrow('server: { host: 127.0.0.2, port: 1 }', { PORT: '0', HOST: '127.0.0.3' });
    expect(server).toMatchObject({ host: '127.0.0.3', port: 0 });
  });

  test('count as absent when empty', () => {
    const { server } = loadOrThrow('server: { host: 127.0.0.2, port: 1 }', { PORT: '', HOST: '' });
    expect(server).toMatchObject({ host: '127.0.0.2', port: 1 });
  });

  test.each(['x', '-1', '65536', '1.5', ' 80', '1e3', '0x10'])('PORT=%s is refused', (PORT) => {
    expect(errorLines('', { PORT })).toEqual(['environment: PORT: must be a whole number from 0 to 65535']);
  });
});

describe('without auth only this machine may be served', () => {
  const auth = `auth: { apiKeys: [{ name: a, sha256: ${'a'.repeat(64)} }] }`;
  const refusal = 'must be a loopback host such as 127.0.0.1 as long as there is no auth';

  test.each(['127.0.0.1', '127.9.9.9', 'localhost', '::1'])('%s is this machine', (host) => {
    expect(errorLines(`server: { host: "${host}" }`)).toEqual([]);
    expect(errorLines('', { HOST: host })).toEqual([]);
  });

  test.each(['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.0.0.1.example.com', 'localhost.example.com'])(
    '%s is not',
    (host) => {
      expect(errorLines(`server: { host: "${host}" }`)).toEqual([`test.yaml:1:11: server.host: ${refusal}`]);
      expect(errorLines('', { HOST: host })).toEqual([`environment: HOST: ${refusal}`]);
      expect(errorLines(`server: { host: "${host}" }\n${auth}`, { HOST: host })).toEqual([]);
    },
  );

  test('HOST may put right what the file has wrong', () => {
    expect(errorLines('server: { host: 0.0.0.0 }', { HOST: '127.0.0.1' })).toEqual([]);
  });
});

test('no problem ever shows a value of the file or of the environment', () => {
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
      // Names of the reference's own vendor are quoted by that vendor's rule; from the environment they are withheld.
      if (env.C) expect(JSON.stringify(loaded)).not.toContain(canary);
      else expect(JSON.stringify(loaded).replace(`${canary} is not a number`, '')).not.toContain(canary);
    }
  }
});
