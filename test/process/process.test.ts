import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { setUpGatewayProcesses } from '../support/gateway-process.ts';

const gateways = setUpGatewayProcesses();

/** Starts a gateway and collects its log lines. */
async function startWithLog(env: Readonly<Record<string, string>> = {}) {
  const started = await gateways.start({ env });
  const log: string[] = [];
  if (started.process.stdout) createInterface(started.process.stdout).on('line', (line) => log.push(line));
  return { ...started, log };
}

async function collectOutput(child: ChildProcess): Promise<{ readonly code: number | null; readonly stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

test('serves the sandbox without a configuration, and logs one JSON line per request with its id', async () => {
  const { process: running, url, log } = await startWithLog();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'request-1' },
    body: JSON.stringify({
      operationName: 'Now',
      query: 'query Now { agents { nodes { currentStatus { status } } } }',
    }),
  });

  expect(await response.json()).toMatchObject({ data: { agents: { nodes: expect.any(Array) } } });
  expect(response.headers.get('x-request-id')).toBe('request-1');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(
    /switchboard_vendor_requests_total\{account="kore-main",endpoint="agentstatusdetails",outcome="OK",reason="none"\} [1-9]/,
  );
  expect(metrics).toMatch(/switchboard_cache_reads_total\{[^}]*result="miss"\} [1-9]/);
  expect(metrics).toMatch(/switchboard_http_requests_total\{[^}]*path="\/graphql",status="200"\} 1/);

  running.kill('SIGTERM');
  expect(await once(running, 'exit')).toEqual([0, null]);
  const entries = log.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(entries).toContainEqual(
    expect.objectContaining({ requestId: 'request-1', path: '/graphql', status: 200, operation: 'Now' }),
  );
});

test('on SIGTERM becomes unready immediately, still serves for a while and exits with 0', async () => {
  const { process: running, url } = await startWithLog();
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  const exited = once(running, 'exit');
  running.kill('SIGTERM');
  let ready = await fetch(`${url}/readyz`);
  while (ready.status === 200) ready = await fetch(`${url}/readyz`);
  const health = await fetch(`${url}/healthz`);

  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ reason: expect.any(String) });
  expect(health.status).toBe(200);
  expect(await exited).toEqual([0, null]);
});

test('on SIGTERM does not wait for a client with a partial request, and counts as drained', async () => {
  const file = join(gateways.folder(), 'patient.yaml');
  await writeFile(
    file,
    `server: { lameDuckSeconds: 0, drainSeconds: 300 }
accounts:
  - { name: bots, vendor: avaamo, baseUrl: "http://127.0.0.1:9", accessToken: none }
`,
  );
  const { process: running, url, log } = await startWithLog({ SWITCHBOARD_CONFIG: file });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-A:');
  await once(socket, 'connect');

  running.kill('SIGTERM');
  expect(await once(running, 'close')).toEqual([0, null]);
  expect(log.join('')).toContain('all requests answered');
});

describe('a signal during start-up', () => {
  /** A preloaded module that sends a signal to the process when it is about to load a module or to listen. */
  const signalPreload = (event: string, signal: string) =>
    `data:text/javascript,${encodeURIComponent(
      `import { registerHooks } from 'node:module';
     import { Server } from 'node:net';
     const listen = Server.prototype.listen;
     let listening = 0;
     const emit = (event) => event === ${JSON.stringify(event)} && process.kill(process.pid, '${signal}');
     registerHooks({ load: (url, context, next) => (emit(url.split('/src/')[1]), next(url, context)) });
     Server.prototype.listen = function (...args) { emit('listen ' + (listening += 1)); return listen.apply(this, args); };`,
    )}`;

  test.each([
    ['SIGTERM', 'the modules are loaded', 'composition/gateway.ts'],
    ['SIGINT', 'the modules are loaded', 'composition/gateway.ts'],
    ['SIGTERM', 'the last modules are loaded', 'domain/clock.ts'],
    ['SIGTERM', 'the sandbox listens', 'listen 1'],
  ])('exits immediately with 0 on %s before %s, and never serves', async (signal, _when, event) => {
    const running = gateways.run({ nodeOptions: ['--import', signalPreload(event, signal)] });
    let written = '';
    running.stdout?.on('data', (text: Buffer) => (written += text.toString()));

    const { code, stderr } = await collectOutput(running);

    expect({ code, signal: running.signalCode, written, stderr }).toEqual({
      code: 0,
      signal: null,
      written: '',
      stderr: '',
    });
  });
});

test('rejects an invalid configuration with all its errors and no secret', async () => {
  const file = join(gateways.folder(), 'invalid.yaml');
  await writeFile(
    file,
    `accounts:
  - { name: bots, vendor: avaamo, baseUrl: "ftp://x", accessToken: "hush-hush-token", colour: blue }
  - { name: bots, vendor: kore, baseUrl: https://platform.kore.ai, clientSecret: "\${NOT_THERE}" }
`,
  );
  const running = gateways.run({ env: { SWITCHBOARD_CONFIG: file } });

  const { code, stderr } = await collectOutput(running);

  expect(code).toBe(1);
  for (const path of [
    'accounts[0].baseUrl',
    'accounts[0].colour',
    'accounts[1].name',
    'accounts[1].clientId',
    'NOT_THERE',
  ]) {
    expect(stderr).toContain(path);
  }
  expect(stderr).not.toContain('hush-hush-token');
});

test('rejects a non-loopback host without authentication', async () => {
  const running = gateways.run({ env: { HOST: '0.0.0.0' } });

  const { code, stderr } = await collectOutput(running);

  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('auth') });
});
