import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, jest, test } from '@jest/globals';
import { findFreePort } from '../../../test/support/free-port.ts';
import { sendQuery, setUpGatewayProcesses, terminate } from '../../../test/support/gateway-process.ts';

jest.setTimeout(120_000);

const gateways = setUpGatewayProcesses();
/** A vendor whose every answer is held back until `release` is called. */
const held: (() => void)[] = [];
const vendor = createServer((request, response) => {
  const respond = () =>
    response.setHeader('content-type', 'application/json').end('{"access_token":"t","expires_in":3600}');
  if (request.url?.includes('token')) respond();
  else held.push(() => response.writeHead(404).end());
});
afterEach(() => {
  vendor.close();
  vendor.closeAllConnections();
});

interface LogLine {
  readonly message: string;
  readonly pid?: number;
}

/** Starts a gateway with two workers over the vendor, and collects its log. */
async function startWorkers(settings = '') {
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  const file = join(gateways.folder(), 'workers.yaml');
  await writeFile(
    file,
    `server: { workers: 2, lameDuckSeconds: 0, drainSeconds: 60 ${settings} }
accounts: [{ name: vcc, vendor: vonage, baseUrl: "http://127.0.0.1:${(vendor.address() as AddressInfo).port}", accountKey: k,
  clientId: id, clientSecret: hush-hush, timeoutMs: 60000 }]
agents: [{ id: jane, kind: human, name: Jane, accounts: { vcc: "1" } }]
`,
  );
  const started = await gateways.start({ env: { SWITCHBOARD_CONFIG: file, PORT: String(await findFreePort()) } });
  const log: LogLine[] = [];
  const lines = started.process.stdout && createInterface(started.process.stdout);
  lines?.on('line', (line) => log.push(JSON.parse(line) as LogLine));
  const logged = async (message: string, count = 1) => {
    while (log.filter((line) => line.message === message).length < count) await new Promise(setImmediate);
    return log.filter((line) => line.message === message);
  };
  return { ...started, log, logged };
}

async function readMetric(url: string, metric: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(metric))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const POSTS = 'switchboard_http_requests_total{method="POST",path="/graphql",status="200"}';

/** Each in a connection of its own: the workers take turns. */
function sendSeparately(url: string, query: string) {
  return sendQuery(url, query, { connection: 'close' });
}

function childrenOf({ pid }: ChildProcess, log: readonly LogLine[]): readonly number[] {
  return log.flatMap((line) => (line.pid === undefined || line.pid === pid ? [] : [line.pid]));
}

test('serves one port by several processes, whose metrics are summed', async () => {
  const { process: running, url } = await startWorkers();
  for (let i = 0; i < 10; i += 1) expect((await sendSeparately(url, '{ __typename }')).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  for (let i = 0; i < 2; i += 1) {
    expect(await readMetric(url, POSTS)).toBe(10);
    expect(await readMetric(url, 'switchboard_build_info')).toBe(1);
  }
  expect(await terminate(running)).toBe(0);
});

test('answers every request in flight before it ends', async () => {
  const { process: running, url, logged } = await startWorkers();
  const query = (i: number) => `{ a${i}: agents { nodes { latestInteractions { complete } } } }`;
  const answers = Array.from({ length: 4 }, (_, i) => sendSeparately(url, query(i)));
  while (held.length < 2) await new Promise(setImmediate);
  const ended = terminate(running);
  await logged('shutdown started', 2);
  const releasing = setInterval(() => {
    for (const release of held.splice(0)) release();
  });
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await ended).toBe(0);
  clearInterval(releasing);
  expect(await logged('shutdown complete, all requests answered', 2)).toHaveLength(2);
});

test('replaces a worker that is killed, and logs it; what it had counted stays in the metrics', async () => {
  const { process: running, url, log, logged } = await startWorkers();
  const before = await logged('serving', 2);
  for (let i = 0; i < 4; i += 1) await sendSeparately(url, '{ __typename }');
  expect(await readMetric(url, POSTS)).toBe(4);
  const [victim] = childrenOf(running, before);
  if (victim === undefined) throw new Error('no worker in the log');
  process.kill(victim, 'SIGKILL');
  const [end] = await logged('worker ended, starting another');
  expect(end).toMatchObject({ level: 'warn', pid: victim, signal: 'SIGKILL', delayMs: 0 });
  const pids = childrenOf(running, await logged('serving', 3));
  expect(pids).toHaveLength(3);
  for (let i = 0; i < 4; i += 1) expect((await sendSeparately(url, '{ __typename }')).status).toBe(200);
  expect(await readMetric(url, POSTS)).toBe(8);
  expect(await terminate(running)).toBe(0);
  expect(log.filter(({ message }) => message.startsWith('shutdown complete'))).toHaveLength(2);
});

test('ends with one line and status 1 where the port is in use', async () => {
  const file = join(gateways.folder(), 'in-use.yaml');
  await writeFile(file, 'server: { workers: 2 }\ncache: { url: "redis://127.0.0.1:9" }\n');
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  const { port } = vendor.address() as AddressInfo;
  const running = gateways.run({ env: { SWITCHBOARD_CONFIG: file, PORT: String(port) } });
  let errors = '';
  running.stderr?.on('data', (text: Buffer) => (errors += text.toString()));
  const code = await new Promise((resolve) => running.once('close', resolve));
  expect([code, errors.match(/already in use/g)?.length]).toEqual([1, 1]);
});
