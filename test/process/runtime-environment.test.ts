import { once } from 'node:events';
import { openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { sendQuery, setUpGatewayProcesses, terminate } from '../support/gateway-process.ts';

const gateways = setUpGatewayProcesses();

const MEBIBYTE = 1024 * 1024;

const STATUSES_QUERY = '{ agents(first: 200) { nodes { currentStatus { status } } } }';
interface StatusesData {
  readonly agents: { readonly nodes: readonly { readonly currentStatus: object | null }[] };
}
function countKnownStatuses({ data }: { readonly data: unknown }) {
  return (data as StatusesData).agents.nodes.filter(({ currentStatus }) => currentStatus !== null).length;
}

test('loses only log lines when standard output is on a full disk', async () => {
  const { process: running, url } = await gateways.start({ stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] });

  expect(countKnownStatuses(await sendQuery(url, STATUSES_QUERY))).toBeGreaterThan(0);
  expect(await terminate(running)).toBe(0);
});

test('loses only log lines when standard output and standard error are closed', async () => {
  const { process: running, url } = await gateways.start();
  running.stdout?.destroy();
  running.stderr?.destroy();

  expect(countKnownStatuses(await sendQuery(url, STATUSES_QUERY))).toBeGreaterThan(0);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await terminate(running)).toBe(0);
});

/** Makes the gateway write thousands of log lines of about 300 bytes. */
async function fillLog(url: string): Promise<void> {
  const request = `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${'x'.repeat(128)}\r\n`;
  for (let i = 0; i < 12; i += 1) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`${`${request}\r\n`.repeat(900)}${request}Connection: close\r\n\r\n`);
    socket.resume();
    await once(socket, 'close');
  }
}

test('loses only log lines when the reader of standard output has stopped reading', async () => {
  const { process: running, url } = await gateways.start();
  await fillLog(url);

  expect((await sendQuery(url, '{ __typename }')).status).toBe(200);
  expect(await terminate(running)).toBe(0);
});

test('keeps one mebibyte of log lines for a slow reader and truncates no line', async () => {
  const { process: running, url } = await gateways.start();
  if (!running.stdout) throw new Error('standard output is not a pipe');
  await fillLog(url);
  const reading = text(running.stdout);

  expect(await terminate(running)).toBe(0);
  const log = await reading;
  const lines = log.trimEnd().split('\n');
  expect(lines.filter((line) => typeof JSON.parse(line) !== 'object')).toEqual([]);
  // The pipe and its reader buffer some more.
  expect(log.length).toBeGreaterThan(MEBIBYTE);
  expect(log.length).toBeLessThan(1.5 * MEBIBYTE);
});

test('works without permission to write files', async () => {
  const { process: running, url } = await gateways.start({
    nodeOptions: ['--permission', '--allow-fs-read=*', '--allow-net'],
  });

  expect(countKnownStatuses(await sendQuery(url, STATUSES_QUERY))).toBeGreaterThan(0);
  for (const path of ['/metrics', '/schema.graphql', '/readyz']) expect((await fetch(url + path)).status).toBe(200);
  expect(await terminate(running)).toBe(0);
});

test('rejects connections while there are no file descriptors and serves again afterwards', async () => {
  const { process: running, url } = await gateways.start({ shellPrelude: 'ulimit -n 64' });
  const sockets = Array.from({ length: 200 }, (): Socket => connect(Number(new URL(url).port), '127.0.0.1'));
  // Some are accepted and kept, the others closed; wait until each has settled.
  await Promise.all(
    sockets.map(async (socket) => {
      socket.on('error', () => undefined);
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    }),
  );
  expect(running.exitCode).toBeNull();
  for (const socket of sockets) socket.destroy();

  let response = await sendQuery(url, STATUSES_QUERY).catch(() => null);
  while (response === null) response = await sendQuery(url, STATUSES_QUERY).catch(() => null);
  expect(countKnownStatuses(response)).toBeGreaterThan(0);
  expect(await terminate(running)).toBe(0);
});

test('survives large and varied queries with a heap of 128 MB', async () => {
  const { process: running, url } = await gateways.start({ nodeOptions: ['--max-old-space-size=128'] });
  const ends = Array.from({ length: 8 }, (_, i) => Date.now() - i * 3 * 86_400_000);
  const ranges = ends.map(
    (to) => `{from: "${new Date(to - 86_400_000).toISOString()}", to: "${new Date(to).toISOString()}"}`,
  );
  const statuses = new Set<number>();
  for (const during of ranges) {
    const query = `{ agents(first: 200) { nodes { statusPeriods(during: ${during}) { nodes { id start } } sessions(during: ${during}) { nodes { id } } } } }`;
    statuses.add((await sendQuery(url, query)).status);
  }
  // Each different document is cached, too.
  for (let i = 0; i < 500; i += 1) statuses.add((await sendQuery(url, `{ a${i}: __typename }`)).status);

  expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(running.exitCode).toBeNull();
  expect(await terminate(running)).toBe(0);
});
