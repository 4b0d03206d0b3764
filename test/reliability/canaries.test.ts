import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Conformance } from '../../src/vendors/conformance.ts';
import { vendors } from '../../src/vendors/index.ts';
import {
  type Gateway,
  lastHours,
  type RawConfig,
  startWorld,
  type E2EVendorKey,
  type World,
} from '../support/world.ts';

/** Every secret of a configuration is a canary: wherever else it is seen, something leaks. */

const CALLER_KEY = 'CANARY-caller-key-7f3a9c';
const PAGE = '<!DOCTYPE html><html><body>CANARY-page</body></html>';

/** Everything that every vendor is asked for, and what the gateway says of its accounts. */
const EVERYTHING = `query Everything($during: TimeRange!, $days: DateRange!) {
  agents(first: 200) {
    nodes {
      currentStatus { status }
      statusPeriods(during: $during) { nodes { vendorStatus } sources { outcome error { code message } } }
      sessions(during: $during) { nodes { vendorSessionId } sources { outcome error { code message } } }
      latestInteractions { nodes { guid } sources { outcome error { code message } } }
      usageStats(during: $days) { current { messagesCount interventionsCount } sources { outcome error { code message } } }
    }
  }
  accounts { name state lastError }
}`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** Every failure reaches the vendor’s client and comes back: nothing is cached, tried again or held off. */
function withoutProtection(raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.map((account) => ({
      ...account,
      timeoutMs: 500,
      maxRetries: 0,
      circuitBreaker: false,
      honorRetryAfter: false,
    })),
    cache: {
      ttl: { interactions: 0, statusLive: 0, statusPast: 0, usageLive: 0, usagePast: 0, files: 0, directory: 0 },
    },
    auth: {
      apiKeys: [
        {
          name: 'wallboard',
          sha256: createHash('sha256').update(CALLER_KEY).digest('hex'),
          scopes: ['read', 'introspect', 'explain', 'metrics'],
        },
      ],
    },
  };
}

/** All that anybody gets to see of a gateway while it is asked for everything. */
async function collectOutput(gateway: Gateway): Promise<string> {
  const authorization = `Bearer ${CALLER_KEY}`;
  const during = lastHours(2);
  const day = during.to.slice(0, 10);
  const variables = { during, days: { from: day, to: day } };
  const answers: unknown[] = [];
  for (const explain of ['trace', 'plan']) {
    answers.push(await gateway.query(EVERYTHING, variables, { authorization, 'switchboard-explain': explain }));
  }
  answers.push(await gateway.query('{ accounts { lastError } }', {}, { authorization }));
  answers.push(await gateway.query(`{ ${CALLER_KEY} }`, {}, { authorization: `Bearer ${CALLER_KEY}x` }));
  const pages = await Promise.all(
    ['/metrics', '/readyz', '/schema.graphql', '/nothing'].map(async (path) => {
      const response = await fetch(gateway.url + path, { headers: { authorization } });
      return `${[...response.headers].join('\n')}\n${await response.text()}`;
    }),
  );
  const headers = answers.map((answer) => [...(answer as { headers: Headers }).headers].join('\n'));
  return [JSON.stringify(answers), ...headers, ...pages, gateway.logs()].join('\n');
}

/** A text as it stands, and in the codings that it might be seen in. */
function encodingsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    secret.toLowerCase(),
  ];
}

function expectNoLeak(output: string, secrets: readonly string[]): void {
  for (const spelling of secrets.flatMap(encodingsOf)) expect(output.includes(spelling) && spelling).toBe(false);
  expect(output).not.toMatch(/<html|\bat .*\.ts:\d+:\d+|node_modules/);
}

const vendorSecrets = await Promise.all(
  vendors.map(async ({ key }) => {
    const module = (await import(`../../src/vendors/${key}/conformance.ts`)) as { conformance: Conformance };
    return { key, secrets: module.conformance.secrets };
  }),
);

function secretsOf(account: Readonly<Record<string, unknown>>): readonly string[] {
  const names = vendorSecrets.find(({ key }) => key === account.vendor)?.secrets ?? [];
  const texts = names.map((name) => account[name]).filter((text) => typeof text === 'string');
  expect(texts.length).toBe(names.length);
  for (const text of texts) expect(text.length).toBeGreaterThan(5);
  return texts;
}

/** The secrets of all the world's accounts. */
function allSecrets(): readonly string[] {
  const secrets = world.config.accounts.flatMap(secretsOf);
  expect(secrets.length).toBeGreaterThanOrEqual(7);
  return secrets;
}

describe('vendors that quote the account’s secrets', () => {
  const quote = (secrets: readonly string[]) => `QUOTED ${secrets.join(' and ')}`;
  const kinds: readonly (readonly [
    string,
    (secrets: readonly string[]) => Parameters<World['vendors']['kore']['injectFault']>[0],
  ])[] = [
    ...[400, 401, 403, 404, 422, 429, 500, 503].map(
      (status) =>
        [`status ${status}`, (secrets: readonly string[]) => ({ status, body: { message: quote(secrets) } })] as const,
    ),
    ['status 400 in plain text', (secrets) => ({ status: 400, body: quote(secrets) })],
    ['status 400 in a page', (secrets) => ({ status: 400, body: PAGE + quote(secrets) })],
    ['data that is none', (secrets) => ({ status: 200, body: { message: quote(secrets) } })],
    ['a page', () => ({ kind: 'html', status: 200 })],
    [
      'a redirect',
      (secrets) => ({
        status: 302,
        headers: { location: `https://x.example/?${secrets.map(encodeURIComponent).join('&')}` },
      }),
    ],
    [
      'headers',
      (secrets) => ({ status: 400, headers: Object.fromEntries(secrets.map((secret, i) => [`x-${i}`, secret])) }),
    ],
    ['a cut answer', () => ({ kind: 'cut' })],
    ['a malformed answer', () => ({ kind: 'malformed' })],
    ['no connection', () => ({ kind: 'down' })],
    ['no answer', () => ({ kind: 'hang' })],
  ];

  test.each(kinds)(
    '%s',
    async (name, fault) => {
      world.calls();
      // A vendor knows its own account's secrets only.
      for (const account of world.config.accounts) {
        world.vendors[account.vendor as E2EVendorKey].injectFault(fault(secretsOf(account)));
      }
      const gateway = await world.startGateway(withoutProtection);
      try {
        const output = await collectOutput(gateway);
        expectNoLeak(output, [...allSecrets(), CALLER_KEY, 'CANARY-page']);
        // What the vendor says of a refused request is passed on, but for the secrets.
        if (name === 'status 400') expect(output).toContain('QUOTED');
        // Otherwise nobody had an opportunity to quote anything.
        for (const calls of Object.values(world.calls())) expect(calls.length).toBeGreaterThan(0);
      } finally {
        for (const vendor of Object.values(world.vendors)) vendor.clearFaults();
        await gateway.stop();
      }
    },
    60_000,
  );

  test('nor is anything seen where all is well', async () => {
    const gateway = await world.startGateway(withoutProtection);
    expectNoLeak(await collectOutput(gateway), [...allSecrets(), CALLER_KEY]);
    await gateway.stop();
  });
});

test('no log names anybody, be it by the directory or by what the vendors tell', async () => {
  const gateway = await world.startGateway(withoutProtection);
  const authorization = `Bearer ${CALLER_KEY}`;
  const query = '{ agents(first: 200) { nodes { key name email } } }';
  const { data } = await gateway.query<{
    agents: { nodes: readonly { key: string | null; name: string | null; email: string | null }[] };
  }>(query, {}, { authorization });
  await collectOutput(gateway);
  const names = (isDiscovered: boolean) =>
    data.agents.nodes
      .filter(({ key }) => (key === null) === isDiscovered)
      .flatMap(({ name, email }) => [name, email].filter((text) => text !== null));
  expect(names(true).length).toBeGreaterThan(0);
  expect(names(false).length).toBeGreaterThan(0);
  for (const name of [...names(true), ...names(false)]) expect(gateway.logs()).not.toContain(name);
  await gateway.stop();
});

describe('vendors that quote the request', () => {
  let echo: Server;
  afterEach(() => new Promise((resolve) => echo.close(resolve)));

  const TOKEN = 'CANARY-bearer-token-51c0';

  async function startEcho(status: number): Promise<string> {
    echo = createServer((request, response) => {
      void readText(request).then((body) => {
        const { auth, authorization, 'access-token': accessToken } = request.headers;
        // What proves who asks comes first: a message is cut after some 200 characters.
        const quoted = [auth, accessToken, authorization, body, request.url].filter((text) => text !== undefined);
        if (request.url?.includes('connect/token'))
          response.end(JSON.stringify({ access_token: TOKEN, expires_in: 7200 }));
        else response.writeHead(status).end(JSON.stringify({ message: quoted.join(' ') }));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => echo.once('listening', resolve));
    return `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  }

  async function readText(request: IncomingMessage): Promise<string> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    return Buffer.concat(parts).toString();
  }

  test.each([200, 400, 401, 403, 404, 422, 429, 500])(
    'status %i',
    async (status) => {
      const baseUrl = await startEcho(status);
      const withEchoServer = (configuration: RawConfig): RawConfig => ({
        ...configuration,
        accounts: configuration.accounts.map((account) => {
          const { secrets = [] } = vendorSecrets.find(({ key }) => key === account.vendor) ?? {};
          const canaries = secrets.map((name) => [name, `CANARY-${account.name}-${name}`]);
          return { ...account, ...(Object.fromEntries(canaries) as Record<string, string>), baseUrl };
        }),
      });
      const gateway = await world.startGateway((configuration) => withoutProtection(withEchoServer(configuration)));
      const seen = await collectOutput(gateway);
      expectNoLeak(seen, ['CANARY', CALLER_KEY, TOKEN]);
      // A token that the gateway signed itself would let whoever reads it ask the vendor.
      expect(seen).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
      await gateway.stop();
    },
    60_000,
  );
});

test('a canary that is out is noticed, in whatever coding', () => {
  for (const text of ['x CANARY y', `x ${encodeURIComponent('a/b c')} y`, Buffer.from('CANARY').toString('base64')]) {
    expect(() => {
      expectNoLeak(text, ['CANARY', 'a/b c']);
    }).toThrow();
  }
  expect(() => {
    expectNoLeak('fail\n    at run (/app/src/main.ts:1:2)', []);
  }).toThrow();
});
