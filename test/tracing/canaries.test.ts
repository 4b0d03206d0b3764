import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Conformance } from '../../src/vendors/conformance.ts';
import { vendors } from '../../src/vendors/index.ts';
import { type OtlpCollector, startOtlpCollector } from '../support/otlp-collector.ts';
import { type Gateway, lastHours, type RawConfig, startWorld, type World } from '../support/world.ts';

/** No byte that is exported holds a secret, what a caller asks for, or whom it is about. */

const CALLER_KEY = 'CANARY-caller-key-7f3a9c';
const QUERY = `query Everything($during: TimeRange!, $days: DateRange!, $name: String) {
  agents(first: 200) { nodes {
    name email
    currentStatus { status }
    sessions(during: $during) { nodes { vendorSessionId } }
    latestInteractions { nodes { guid } }
    usageStats(during: $days) { current { messagesCount interventionsCount } }
  } }
  canary: agents(filter: { nameContains: $name }) { totalCount }
  literal: agentByKey(key: "CANARY-literal") { name }
}`;

let world: World;
let collector: OtlpCollector;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  collector = await startOtlpCollector();
});
afterEach(() => collector.stop());

function startTraced(change: (account: RawConfig['accounts'][number]) => object): Promise<Gateway> {
  const sha256 = createHash('sha256').update(CALLER_KEY).digest('hex');
  return world.startGateway(
    (raw) =>
      ({
        ...raw,
        accounts: raw.accounts.map(change),
        auth: { apiKeys: [{ name: 'wallboard', sha256 }] },
        telemetry: { otlp: { endpoint: collector.url, headers: { 'x-api-key': 'key-of-the-collector' } } },
      }) as unknown as RawConfig,
  );
}

/** Sends what a caller could, with canaries wherever a caller writes. */
async function useGateway(gateway: Gateway) {
  const during = lastHours(2);
  const day = during.to.slice(0, 10);
  const variables = { during, days: { from: day, to: day }, name: 'CANARY-variable' };
  const headers = { authorization: `Bearer ${CALLER_KEY}`, cookie: 'session=CANARY-cookie' };
  const answer = await gateway.query(QUERY, variables, headers);
  await gateway.query('{ CANARY_field }', {}, headers);
  await gateway.query(QUERY, variables, { authorization: 'Bearer CANARY-wrong-key' });
  const search = new URLSearchParams({ query: '{ accounts { name } }', extensions: '{"x":"CANARY-search"}' });
  await fetch(`${gateway.url}/graphql?${search.toString()}`, { headers });
  await gateway.stop();
  return answer;
}

/** What has been exported, without what the collector's own key is sent in. */
function exported(): string {
  return collector.bytes().toString('latin1').replaceAll('key-of-the-collector', '');
}

async function secretNames(vendor: unknown): Promise<readonly string[]> {
  const module = (await import(`../../src/vendors/${String(vendor)}/conformance.ts`)) as { conformance: Conformance };
  return module.conformance.secrets;
}

test('exports no secret, key, variable, text, name or address while vendors work', async () => {
  const gateway = await startTraced((account) => account);
  const { data } = await useGateway(gateway);
  expect(collector.problems()).toEqual([]);
  const names = collector.spans().map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['GET agentActivity/file', 'POST connect/token', 'GET latestInteractions']),
  );
  const text = exported();
  expect(text).not.toContain('CANARY');
  const secrets: string[] = [];
  for (const account of world.config.accounts)
    for (const name of await secretNames(account.vendor)) secrets.push(String(account[name]));
  const agents = (data as unknown as { agents: { nodes: readonly { name: string | null; email: string | null }[] } })
    .agents;
  const people = agents.nodes.flatMap(({ name, email }) => [name, email].filter((value) => value !== null));
  expect(secrets.length).toBeGreaterThanOrEqual(7);
  expect(people.length).toBeGreaterThan(20);
  for (const value of [...secrets, ...people]) {
    for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64').replace(/=+$/, '')])
      expect(text.includes(form) && form).toBe(false);
  }
  // The paths of vendors hold ids of accounts, bots and agents.
  expect(text).not.toMatch(/data_access_le|agentassist|analytics\/|\/v0\//);
});

let echo: Server | undefined;
afterEach(async () => {
  const closing = echo;
  echo = undefined;
  if (closing) await new Promise((resolve) => closing.close(resolve));
});

test.each([200, 400, 500])('exports nothing of vendors that quote the request with status %d', async (status) => {
  echo = createServer((request, response) => {
    const quoted = JSON.stringify(request.rawHeaders) + (request.url ?? '');
    request.resume();
    response.writeHead(status, `CANARY ${status}`, { 'x-quoted': 'CANARY-header' });
    response.end(JSON.stringify({ message: `CANARY-body ${quoted}`, access_token: 'CANARY-token' }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => echo?.once('listening', resolve));
  const baseUrl = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  const canaries = new Map<unknown, object>();
  for (const { key } of vendors)
    canaries.set(key, Object.fromEntries((await secretNames(key)).map((name) => [name, `CANARY-${name}`])));
  const gateway = await startTraced((account) => ({
    ...account,
    ...canaries.get(account.vendor),
    baseUrl,
    maxRetries: 0,
  }));
  await useGateway(gateway);
  expect(collector.problems()).toEqual([]);
  expect(collector.spans().some(({ isError, kind }) => isError && kind === 'client')).toBe(true);
  expect(exported()).not.toContain('CANARY');
});
