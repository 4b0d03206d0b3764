import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CommandFolder, createCommandFolder } from '../../test/support/cli.ts';
import { findFreePort } from '../../test/support/free-port.ts';
import { startWorld, type World } from '../../test/support/world.ts';
import { systemClock } from '../domain/clock.ts';
import { formatSandboxConfig } from '../sandbox/sandbox-config.ts';
import type { Finding } from './doctor/finding.ts';

type AccountValues = Readonly<Record<string, unknown>>;

let folder: CommandFolder;
let world: World;
let unusedPort: number;
beforeAll(async () => {
  folder = createCommandFolder();
  world = await startWorld(systemClock);
  unusedPort = await findFreePort();
});
afterAll(async () => {
  folder.remove();
  await world.stop();
});

/** Writes the sandbox's configuration with other values for some accounts, and more settings. */
function writeConfig(changes: Readonly<Record<string, AccountValues>>, settings: object = {}): void {
  const accounts = world.config.accounts.map((account) => ({ ...account, ...changes[account.name] }));
  folder.write('switchboard.yaml', formatSandboxConfig({ ...world.config, ...settings, accounts }));
}

async function examine(): Promise<{ readonly status: unknown; readonly findings: Readonly<Record<string, Finding>> }> {
  const { status, out, err } = await folder.run(['doctor', '--json']);
  expect(err).toBe('');
  expect(out).not.toContain('CANARY');
  const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
  return { status, findings: Object.fromEntries(findings.map((finding) => [finding.subject, finding])) };
}

test('calls each account once, and reports that nothing failed', async () => {
  writeConfig({});
  world.calls();
  const { status, out, err } = await folder.run(['doctor']);
  expect([status, err]).toEqual([0, '']);
  expect(out.split('\n')).toEqual([
    'ok       configuration        switchboard.yaml',
    ...['bots', 'kore-main', 'lp', 'vcc', 'vcc-legacy'].map(
      (name) => `ok       ${`accounts.${name}`.padEnd(19)}  the vendor answers`,
    ),
    'ok       clock                within 1 s of the vendors’ clocks',
    '',
    'Nothing failed.',
    '',
  ]);
  expect(Object.values(world.calls()).map((calls) => calls.length)).toEqual([1, 1, 1, 4]);
});

test('says what to do about wrong secrets, with the secrets masked', async () => {
  writeConfig({
    bots: { accessToken: 'CANARY-token' },
    'kore-main': { clientSecret: 'CANARY-of-32-bytes-that-is-not-it' },
    lp: { consumerSecret: 'CANARY ' },
    vcc: { clientSecret: 'CANARY' },
  });
  const { status, findings } = await examine();
  expect(status).toBe(1);
  expect(findings['accounts.bots']).toMatchObject({
    outcome: 'failed',
    remedy: expect.stringContaining('compare accessToken (12 characters) with the vendor’s console'),
    error: { code: 'VENDOR_AUTH_FAILED', reason: 'status_401', status: 401, endpoint: 'usage.json' },
  });
  expect(findings['accounts.kore-main']?.remedy).toMatch(/clientId cs-\S+, clientSecret \(33 characters\)/);
  expect(findings['accounts.lp']).toMatchObject({
    remedy: expect.stringContaining('consumerSecret (7 characters, with a blank or line break at an end)'),
    error: { reason: 'oauth_signature_invalid' },
  });
  expect(findings['accounts.vcc']).toMatchObject({ error: { reason: 'token_refused', endpoint: 'connect/token' } });
  expect(findings['accounts.vcc-legacy']).toMatchObject({ outcome: 'ok' });
});

test('says what to do about wrong addresses and ids', async () => {
  writeConfig({
    bots: { baseUrl: 'https://no-such-host.invalid' },
    'kore-main': { baseUrl: `http://127.0.0.1:${unusedPort}` },
    lp: { accountId: '1' },
    vcc: { accountKey: 'CANARY' },
  });
  const { status, findings } = await examine();
  expect(status).toBe(1);
  expect(findings['accounts.bots']).toMatchObject({
    error: { code: 'VENDOR_UNAVAILABLE', reason: expect.stringMatching(/^dns/) },
    remedy: 'the name no-such-host.invalid does not resolve: check baseUrl, and this machine’s DNS',
  });
  expect(findings['accounts.kore-main']).toMatchObject({
    error: { code: 'VENDOR_UNAVAILABLE', reason: 'connect' },
    remedy: `no server listens at 127.0.0.1:${unusedPort}, or a firewall refuses: check baseUrl`,
  });
  expect(findings['accounts.lp']).toMatchObject({
    error: { code: 'VENDOR_REJECTED', reason: 'status_404' },
    remedy: expect.stringContaining('accountId 1,'),
  });
  expect(findings['accounts.vcc']).toMatchObject({
    error: { code: 'NOT_FOUND', reason: 'status_404' },
    remedy: expect.stringContaining('accountKey (6 characters)'),
  });
});

describe('with a vendor that is not as documented', () => {
  let vendor: Server;
  let baseUrl: string;
  let answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
  beforeAll(async () => {
    vendor = createServer((_, response) => {
      response.writeHead(answer.status, answer.headers).end('<html>');
    });
    await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    vendor.close();
  });

  test.each([
    [{ status: 200 }, 'malformed_json', 'the answer is not what the vendor documents, such as a login page'],
    [{ status: 302, headers: { location: 'https://login' } }, 'redirect', 'redirects to another address'],
    [{ status: 429, headers: { 'retry-after': '30' } }, 'status_429', 'the quota is used up; it is free again in 30 s'],
    [{ status: 503 }, 'status_503', 'the vendor has a problem: try again later'],
  ])('says what to do about %j', async (given, reason, remedy) => {
    answer = given;
    writeConfig({ bots: { baseUrl } });
    const { findings } = await examine();
    expect(findings['accounts.bots']).toMatchObject({ error: { reason }, remedy: expect.stringContaining(remedy) });
  });

  test('warns of a clock that differs from the vendor’s', async () => {
    answer = { status: 401, headers: { date: new Date(Date.now() - 3_600_000).toUTCString() } };
    writeConfig({ bots: { baseUrl } });
    const { findings } = await examine();
    expect(findings.clock).toMatchObject({
      outcome: 'warning',
      message: expect.stringMatching(/^(3599|36\d\d) s ahead of the clock of bots$/),
    });
  });
});

test('looks at Redis, the issuer and the cache’s folder where they are configured', async () => {
  const jwt = { issuer: 'i', audience: 'a', jwksUri: `http://127.0.0.1:${unusedPort}/jwks?x=CANARY` };
  writeConfig({}, { cache: { url: `redis://:CANARY@127.0.0.1:${unusedPort}` }, auth: { jwt } });
  const { status, findings } = await examine();
  expect(status).toBe(1);
  expect(findings['cache.url']).toMatchObject({ outcome: 'failed', message: expect.stringContaining('ECONNREFUSED') });
  expect(findings['auth.jwt.jwksUri']).toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('reports the errors of the configuration, and calls no vendor then', async () => {
  folder.write('switchboard.yaml', 'accounts: []\nlimitz: {}\n');
  world.calls();
  const { status, out } = await folder.run(['doctor']);
  expect([status, out.split('\n')[0]]).toEqual([
    1,
    'FAILED   configuration  switchboard.yaml:2:1: limitz: is not a known key; did you mean limits?',
  ]);
  expect(Object.values(world.calls()).flat()).toEqual([]);
});

test('colours its output where that is asked for, unless NO_COLOR is set', async () => {
  folder.write('switchboard.yaml', 'limitz: {}\n');
  const [coloured, plain] = await Promise.all([
    folder.run(['doctor'], { env: { FORCE_COLOR: '1' } }),
    folder.run(['doctor'], { env: { NO_COLOR: '1' } }),
  ]);
  expect(coloured.out).toContain('\u001B[31mFAILED');
  expect(plain.out).not.toContain('\u001B');
});
