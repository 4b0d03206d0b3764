import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import packageJson from '../../../package.json' with { type: 'json' };
import { type ConnectProxy, startConnectProxy } from '../../support/connect-proxy.ts';
import { lastHours, NOW, type RawConfig, startWorld, type World } from '../../support/world.ts';

let world: World;
let proxy: ConnectProxy;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  proxy = await startConnectProxy();
  world.calls();
});
afterEach(() => proxy.close());

const day = new Date(NOW).toISOString().slice(0, 10);
const variables = { time: lastHours(24), days: { from: day, to: day } };
const QUERY = `query ($time: TimeRange!, $days: DateRange!) {
  agents(first: 200) { nodes {
    currentStatus { status }
    sessions(during: $time) { totalCount }
    latestInteractions { nodes { start } }
    usageStats(during: $days) { current { sessionCount interventionsCount } }
  } }
}`;

/** Sends every account's requests through the proxy, one connection a request, so that it sees each request's head. */
function throughProxy(raw: RawConfig, settings: Readonly<Record<string, unknown>> = {}): RawConfig {
  const proxyUrl = `http://user:CANARY@127.0.0.1:${proxy.port}`;
  return { ...raw, accounts: raw.accounts.map((account) => ({ ...account, proxyUrl, ...settings })) };
}

/** The request heads by their last path segments, with the values of one header. */
function headersSent(name: string): Readonly<Record<string, readonly string[]>> {
  const values: Record<string, string[]> = {};
  for (const head of proxy.requestHeads()) {
    const path = /^\S+ ([^ ?]+)/.exec(head)?.[1] ?? '';
    const endpoint = path.includes('/agentActivity/') ? 'file' : (path.split('/').at(-1) ?? '');
    const sent = new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? 'none';
    values[endpoint] = [...new Set([...(values[endpoint] ?? []), sent])];
  }
  return values;
}

const ENDPOINTS = ['agentActivity', 'agentstatusdetails', 'file', 'latestInteractions', 'token', 'usage.json'];

test('names the gateway in the requests of every endpoint, tokens and files included', async () => {
  const gateway = await world.startGateway((raw) => throughProxy(raw));
  await gateway.query(QUERY, variables);
  const sent = headersSent('user-agent');
  expect(Object.keys(sent)).toEqual(expect.arrayContaining(ENDPOINTS));
  for (const values of Object.values(sent)) expect(values).toEqual([`switchboard/${packageJson.version}`]);
  const calls = Object.values(world.calls()).flat();
  expect(proxy.requestHeads().length).toBe(calls.length);
  expect(proxy.otherRequests()).toBe(0);
  expect(gateway.logs()).not.toContain('CANARY');
});

test('sends an account’s headers with the requests of every endpoint, and logs none of their values', async () => {
  const headers = { 'User-Agent': 'acme/7', 'X-Gateway-Key': 'CANARY' };
  const gateway = await world.startGateway((raw) => throughProxy(raw, { headers }));
  await gateway.query(QUERY, variables);
  for (const values of Object.values(headersSent('user-agent'))) expect(values).toEqual(['acme/7']);
  const sent = headersSent('x-gateway-key');
  expect(Object.keys(sent)).toEqual(expect.arrayContaining(ENDPOINTS));
  for (const values of Object.values(sent)) expect(values).toEqual(['CANARY']);
  expect(gateway.logs()).not.toContain('CANARY');
});

test('removes the values of an account’s headers from the messages of every vendor', async () => {
  const gateway = await world.startGateway((raw) => throughProxy(raw, { headers: { 'X-Gateway-Key': 'CANARY' } }));
  const servers = Object.values(world.vendors);
  for (const server of servers) server.injectFault({ status: 400, body: '{"message":"unknown key CANARY"}' });
  const { errors = [] } = await gateway.query(QUERY, variables);
  for (const server of servers) server.clearFaults();
  expect(new Set(errors.map(({ extensions }) => extensions.vendor))).toEqual(
    new Set(['AVAAMO', 'KORE', 'LIVEPERSON', 'VONAGE']),
  );
  for (const { message } of errors) expect(message).toMatch(/: unknown key \[secret\]$/);
});

test('reports the proxy as the cause of a failure, in the field and in the log, without its password', async () => {
  proxy.refuse(407);
  const gateway = await world.startGateway((raw) => throughProxy(raw));
  const { errors = [] } = await gateway.query(
    'query ($days: DateRange!) { agents(first: 200, filter: { kind: VIRTUAL }) { nodes { usageStats(during: $days) { complete } } } }',
    variables,
  );
  expect(new Set(errors.map(({ extensions: { code, reason } }) => `${code} ${String(reason)}`))).toEqual(
    new Set(['VENDOR_UNAVAILABLE proxy_auth']),
  );
  expect(gateway.logs()).toContain('"reason":"proxy_auth"');
  expect(gateway.logs() + JSON.stringify(errors)).not.toContain('CANARY');
  expect(Object.values(world.calls()).flat()).toEqual([]);
});
