import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startConnectProxy } from '../../test/support/connect-proxy.ts';
import { selfSignedCertificate } from '../../test/support/self-signed-certificate.ts';
import { startWorld, type World } from '../../test/support/world.ts';
import { systemClock } from '../domain/clock.ts';
import { formatSandboxConfig } from '../sandbox/sandbox-config.ts';

let folder: string;
let world: World;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-ask-'));
  world = await startWorld(systemClock);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.stop();
});

const SWITCHBOARD = new URL('./switchboard.mjs', import.meta.url).pathname;

function ask(text: string, env: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(folder, 'ask.yaml'), text);
  return new Promise<{ status: unknown; lines: readonly string[]; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [SWITCHBOARD, 'check-config', '--ask', 'ask.yaml'],
      { cwd: folder, env },
      (error, out, err) => {
        resolve({ status: error?.code ?? 0, lines: out.trimEnd().split('\n').slice(1), err });
      },
    );
  });
}

test('asks every account, and reports that the vendors answer', async () => {
  world.calls();
  expect(await ask(formatSandboxConfig(world.config))).toEqual({
    status: 0,
    lines: ['bots', 'kore-main', 'lp', 'vcc', 'vcc-legacy'].map(
      (account) => `ask.yaml: ${account}: the vendor answers`,
    ),
    err: '',
  });
  expect(Object.values(world.calls()).map((calls) => calls.length)).toEqual([1, 1, 1, 4]);
});

test('reports wrong credentials and a wrong address, with exit status 1 and no secret', async () => {
  const text = formatSandboxConfig({
    ...world.config,
    accounts: world.config.accounts.map((account) => ({
      ...account,
      ...(account.vendor === 'kore' && { clientSecret: 'CANARY-of-32-bytes-that-is-not-it' }),
      ...(account.vendor === 'vonage' && { baseUrl: 'http://127.0.0.1:1' }),
    })),
  });
  const { status, lines } = await ask(text);
  expect(status).toBe(1);
  expect(lines).toEqual([
    'ask.yaml: bots: the vendor answers',
    expect.stringMatching(
      /^ask\.yaml: kore-main: FAILED: agentstatusdetails: VENDOR_AUTH_FAILED \(status_401\): .*HTTP 401/,
    ),
    'ask.yaml: lp: the vendor answers',
    'ask.yaml: vcc: FAILED: connect/token: VENDOR_UNAVAILABLE (connect): The vendor is unavailable',
    'ask.yaml: vcc-legacy: FAILED: connect/token: VENDOR_UNAVAILABLE (connect): The vendor is unavailable',
  ]);
  expect(lines.join()).not.toContain('CANARY');
});

test('asks through the proxy that the environment names, unless NO_PROXY names the host', async () => {
  const proxy = await startConnectProxy();
  const vendor = createServer(selfSignedCertificate, (_, response) => response.writeHead(401).end());
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  const { port } = vendor.address() as AddressInfo;
  writeFileSync(join(folder, 'ca.pem'), selfSignedCertificate.cert);
  const env = {
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    HTTPS_PROXY: `http://user:CANARY@127.0.0.1:${proxy.port}`,
  };
  const configFor = (host: string) => `
accounts: [{ name: bots, vendor: avaamo, baseUrl: "https://${host}:${port}", accessToken: CANARY }]
agents: [{ id: a, kind: virtual, accounts: { bots: "1" } }]`;
  try {
    const refused = [
      expect.stringMatching(/^ask\.yaml: bots: FAILED: usage\.json: VENDOR_AUTH_FAILED \(status_401\): /),
    ];
    expect(await ask(configFor('avaamo.vendor.test'), env)).toEqual({ status: 1, lines: refused, err: '' });
    expect(proxy.tunnels.map(({ target, headers }) => [target, headers['proxy-authorization']])).toEqual([
      [`avaamo.vendor.test:${port}`, `Basic ${btoa('user:CANARY')}`],
    ]);
    expect(await ask(configFor('127.0.0.1'), { ...env, no_proxy: '127.0.0.1' })).toMatchObject({ lines: refused });
    expect(proxy.tunnels.length).toBe(1);
    proxy.refuse(407);
    expect(await ask(configFor('avaamo.vendor.test'), env)).toEqual({
      status: 1,
      lines: ['ask.yaml: bots: FAILED: usage.json: VENDOR_UNAVAILABLE (proxy_auth): The vendor is unavailable'],
      err: '',
    });
  } finally {
    vendor.close();
    await proxy.close();
  }
});
