import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Conformance } from '../../src/vendors/conformance.ts';
import { vendors } from '../../src/vendors/index.ts';
import { steppedClock } from '../support/clock.ts';
import { flushPromises } from '../support/flush-promises.ts';
import {
  type E2EVendorKey,
  type Gateway,
  lastHours,
  NOW,
  type RawConfig,
  startWorld,
  type World,
} from '../support/world.ts';

/** Every secret of a configuration is a canary: it must not occur in any output. */

const CALLER_KEY = 'CANARY-caller-key-7f3a9c';
const PAGE = '<!DOCTYPE html><html><body>CANARY-page</body></html>';

/** Reads from every endpoint of every vendor, and the accounts with their health. */
const FULL_QUERY = `query Everything($during: TimeRange!, $days: DateRange!) {
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

/** Unlike the gateway's other timers, so that the test can recognize it: the clock stands still. */
const ATTEMPT_MS = 123_456;
/** What ends the attempts in flight. */
const attempts = new Set<() => void>();

let world: World;
beforeAll(async () => {
  const clock = steppedClock(NOW);
  world = await startWorld({
    ...clock,
    setTimer: (ms, callback) => {
      if (ms !== ATTEMPT_MS) return clock.setTimer(ms, callback);
      attempts.add(callback);
      return () => void attempts.delete(callback);
    },
  });
});
afterAll(() => world.stop());

/** Switches caching, retries, circuit breaker and Retry-After gate off, so that every failure reaches the caller. */
function withoutProtection(raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.map((account) => ({
      ...account,
      timeoutMs: ATTEMPT_MS,
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

/** A server of the sandbox may have several accounts; what it quotes is known for one. */
function isFirstOfVendor({ vendor, name }: RawConfig['accounts'][number]): boolean {
  return world.config.accounts.find((account) => account.vendor === vendor)?.name === name;
}

function withOneAccountPerVendor(raw: RawConfig): RawConfig {
  const { accounts, agents, ...rest } = withoutProtection(raw);
  const kept = accounts.filter(isFirstOfVendor);
  const isKept = ([name]: readonly [string, unknown]) => kept.some((account) => account.name === name);
  return {
    ...rest,
    accounts: kept,
    agents: agents
      .map((agent) => ({ ...agent, accounts: Object.fromEntries(Object.entries(agent.accounts).filter(isKept)) }))
      .filter((agent) => Object.keys(agent.accounts).length > 0),
  };
}

/** Collects all output of a gateway while it executes the queries: bodies, headers, pages and logs. */
async function collectOutput(gateway: Gateway): Promise<string> {
  const authorization = `Bearer ${CALLER_KEY}`;
  const during = lastHours(2);
  const day = during.to.slice(0, 10);
  const variables = { during, days: { from: day, to: day } };
  const responses: unknown[] = [];
  for (const explain of ['trace', 'plan']) {
    responses.push(await gateway.query(FULL_QUERY, variables, { authorization, 'switchboard-explain': explain }));
  }
  responses.push(await gateway.query('{ accounts { lastError } }', {}, { authorization }));
  responses.push(await gateway.query(`{ ${CALLER_KEY} }`, {}, { authorization: `Bearer ${CALLER_KEY}x` }));
  const pages = await Promise.all(
    ['/metrics', '/readyz', '/schema.graphql', '/nothing'].map(async (path) => {
      const response = await fetch(gateway.url + path, { headers: { authorization } });
      return `${[...response.headers].join('\n')}\n${await response.text()}`;
    }),
  );
  const headers = responses.map((response) => [...(response as { headers: Headers }).headers].join('\n'));
  return [JSON.stringify(responses), ...headers, ...pages, gateway.logs()].join('\n');
}

/** Ends the attempts in flight, again and again; what is sent within this process arrives in fewer turns of the event loop. */
async function whileAttemptsTimeOut<T>(work: () => Promise<T>): Promise<T> {
  const state = { isDone: false };
  const result = work().finally(() => (state.isDone = true));
  while (!state.isDone) {
    const sent = [...attempts];
    for (let i = 0; i < 5; i += 1) await flushPromises();
    for (const end of sent) if (attempts.delete(end)) end();
  }
  return result;
}

/** Returns a secret in plain text and in the encodings in which it could leak. */
function encodingsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    secret.toLowerCase(),
  ];
}

function expectNoLeak(output: string, secrets: readonly string[]): void {
  for (const encoded of secrets.flatMap(encodingsOf)) expect(output.includes(encoded) && encoded).toBe(false);
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

/** Returns the secrets of all accounts. */
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
    ['a body without the expected data', (secrets) => ({ status: 200, body: { message: quote(secrets) } })],
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
    ['a truncated response', () => ({ kind: 'cut' })],
    ['a malformed response', () => ({ kind: 'malformed' })],
    ['no connection', () => ({ kind: 'down' })],
    ['no response', () => ({ kind: 'hang' })],
  ];

  test.each(kinds)('leaks no secret that vendors quote in: %s', async (name, fault) => {
    world.calls();
    // A vendor has only the secrets of its own account.
    for (const account of world.config.accounts.filter(isFirstOfVendor)) {
      world.vendors[account.vendor as E2EVendorKey].injectFault(fault(secretsOf(account)));
    }
    const gateway = await world.startGateway(withOneAccountPerVendor);
    try {
      const collect = () => collectOutput(gateway);
      const output = await (name === 'no response' ? whileAttemptsTimeOut(collect) : collect());
      expectNoLeak(output, [...allSecrets(), CALLER_KEY, 'CANARY-page']);
      // The vendor's message about a rejected request is passed on, without the secrets.
      if (name === 'status 400') expect(output).toContain('QUOTED');
      // Without calls no vendor could have quoted a secret.
      for (const calls of Object.values(world.calls())) expect(calls.length).toBeGreaterThan(0);
    } finally {
      for (const vendor of Object.values(world.vendors)) vendor.clearFaults();
      await gateway.stop();
    }
  });

  test('leaks no secret while all vendors work', async () => {
    const gateway = await world.startGateway(withoutProtection);
    expectNoLeak(await collectOutput(gateway), [...allSecrets(), CALLER_KEY]);
    await gateway.stop();
  });
});

test('logs no names or e-mail addresses, from the directory or from the vendors', async () => {
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
        // The credentials come first, because messages are cut after about 200 characters.
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
    'leaks no credentials that vendors quote from the request with status %i',
    async (status) => {
      const baseUrl = await startEcho(status);
      const withEchoServer = (config: RawConfig): RawConfig => ({
        ...config,
        accounts: config.accounts.map((account) => {
          const { secrets = [] } = vendorSecrets.find(({ key }) => key === account.vendor) ?? {};
          const canaries = secrets.map((name) => [name, `CANARY-${account.name}-${name}`]);
          return { ...account, ...(Object.fromEntries(canaries) as Record<string, string>), baseUrl };
        }),
      });
      const gateway = await world.startGateway((config) => withoutProtection(withEchoServer(config)));
      const output = await collectOutput(gateway);
      expectNoLeak(output, ['CANARY', CALLER_KEY, TOKEN]);
      // A token that the gateway signed would let every reader of it call the vendor.
      expect(output).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
      await gateway.stop();
    },
  );
});

test('detects a leaked canary in every encoding, and a stack trace', () => {
  for (const text of ['x CANARY y', `x ${encodeURIComponent('a/b c')} y`, Buffer.from('CANARY').toString('base64')]) {
    expect(() => {
      expectNoLeak(text, ['CANARY', 'a/b c']);
    }).toThrow();
  }
  expect(() => {
    expectNoLeak('fail\n    at run (/app/src/main.ts:1:2)', []);
  }).toThrow();
});
