import { channel } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Agent, Client } from 'undici';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { type StaleConnections, watchStaleConnections } from './stale-connections.ts';

let server: Server;
let connections: StaleConnections;
let client: Client;
let answers: number;

beforeEach(async () => {
  answers = 0;
  // Answers as often as it should, and resets the connection after that.
  server = createServer((request, response) => {
    answers -= 1;
    if (answers >= 0) response.end('{}');
    else request.socket.resetAndDestroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  connections = watchStaleConnections();
  // One connection at a time.
  client = new Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  connections.stop();
  await client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function send(): Promise<void> {
  const { body } = await client.request({ path: '/', method: 'GET' });
  await body.dump();
}

test('ignores what a request was aborted with, where that is no object', () => {
  const request = {};
  channel('undici:client:sendHeaders').publish({ request, socket: {} });
  channel('undici:request:headers').publish({ request });
  // What a listener throws would be an uncaught exception, which ends the process.
  channel('undici:request:error').publish({ request, error: undefined });
  expect(connections.isStale(undefined)).toBe(false);
});

test('recognizes the error of a connection that had answered before', async () => {
  answers = 1;
  await send();
  expect(connections.isStale(await rejectionOf(send()))).toBe(true);
});

test('recognizes none of a connection without an earlier answer', async () => {
  expect(connections.isStale(await rejectionOf(send()))).toBe(false);
});

test('takes each new connection for one without an answer', async () => {
  answers = 1;
  await send();
  await rejectionOf(send());
  expect(connections.isStale(await rejectionOf(send()))).toBe(false);
});

test('recognizes no refused connection and no other value', async () => {
  const agent = new Agent({
    connect: (_options, done) => {
      done(new Error('refused'), null);
    },
  });
  const error = await rejectionOf(agent.request({ origin: 'http://127.0.0.1:9', path: '/', method: 'GET' }));
  await agent.close();
  expect([error, null, undefined, 'reset'].map(connections.isStale)).toEqual([false, false, false, false]);
});

test('recognizes nothing after it is stopped', async () => {
  answers = 1;
  await send();
  connections.stop();
  expect(connections.isStale(await rejectionOf(send()))).toBe(false);
});
