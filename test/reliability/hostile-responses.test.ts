import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createRequest } from '../support/http-harness.ts';
import { rejectionOf } from '../support/capture-error.ts';
import { failOnUnhandledRejection } from '../support/unhandled-rejections.ts';
import { setUpScriptedVendor } from '../support/reliability-setup.ts';

failOnUnhandledRejection();

const MB = 1024 * 1024;
const { server, connect } = setUpScriptedVendor();

const rawServers: Server[] = [];
afterEach(async () => {
  await Promise.all(rawServers.splice(0).map((one) => new Promise((resolve) => one.close(resolve))));
});

/** A server that speaks what the test says, HTTP or not; `ended` counts the connections that are over. */
async function startRawServer(respond: (socket: Socket) => void): Promise<{ url: string; ended: Promise<unknown> }> {
  const closed = Promise.withResolvers<undefined>();
  const rawServer = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('close', () => {
        closed.resolve(undefined);
      });
    socket.once('data', () => {
      respond(socket);
    });
  });
  rawServers.push(rawServer.listen(0, '127.0.0.1'));
  await new Promise((resolve) => rawServer.once('listening', resolve));
  return { url: `http://127.0.0.1:${(rawServer.address() as AddressInfo).port}/`, ended: closed.promise };
}

/** Writes as long as the other side takes it. */
function writeEndlessly(socket: Socket, chunk: (n: number) => string | Buffer): void {
  let n = 0;
  const more = () => {
    while (!socket.destroyed && socket.write(chunk((n += 1))));
  };
  socket.on('drain', more);
  more();
}

/** By how many bytes the process's memory grows at most while `run` runs. */
async function measureMemoryGrowth(run: () => Promise<unknown>): Promise<number> {
  const now = () => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  const before = now();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, now());
  }, 5);
  await run().finally(() => {
    clearInterval(watch);
  });
  return Math.max(peak, now()) - before;
}

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('an answer that does not end is broken off, its connection closed, and its memory bounded', () => {
  test('a million headers', async () => {
    const vendor = await startRawServer((socket) => {
      socket.write(HEAD);
      writeEndlessly(socket, (n) => `x-${n}: y\r\n`);
    });
    const harness = connect();
    const grown = await measureMemoryGrowth(async () => {
      const error = await rejectionOf(harness.http.send(createRequest(vendor.url), harness.context()));
      expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'malformed_http' });
    });
    await vendor.ended;
    expect(grown).toBeLessThan(64 * MB);
  });

  test('one header that goes on and on', async () => {
    const vendor = await startRawServer((socket) => {
      socket.write(`${HEAD}x: `);
      writeEndlessly(socket, () => 'y'.repeat(1000));
    });
    const harness = connect();
    const error = await rejectionOf(harness.http.send(createRequest(vendor.url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'malformed_http' });
    await vendor.ended;
  });

  test.each([
    ['a body in chunks', `${HEAD}transfer-encoding: chunked\r\n\r\n`, `10000\r\n${'x'.repeat(0x10000)}\r\n`],
    ['a body of no announced length', `${HEAD}connection: close\r\n\r\n`, 'x'.repeat(0x10000)],
    ['a body longer than announced by a lot', `${HEAD}content-length: 999999999999\r\n\r\n`, 'x'.repeat(0x10000)],
  ])('%s', async (_name, head, chunk) => {
    const vendor = await startRawServer((socket) => {
      socket.write(head);
      writeEndlessly(socket, () => chunk);
    });
    const harness = connect({ maxBodyBytes: 8 * MB });
    const grown = await measureMemoryGrowth(async () => {
      const error = await rejectionOf(harness.http.send(createRequest(vendor.url), harness.context()));
      expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    });
    await vendor.ended;
    expect(grown).toBeLessThan(64 * MB);
    expect(harness.records[0]?.bytes).toBeLessThan(9 * MB);
  });

  test('a megabyte that would become a gigabyte', async () => {
    const member = gzipSync(Buffer.alloc(4 * MB));
    const bomb = Buffer.concat(Array.from({ length: 256 }, () => member));
    expect(bomb.length).toBeLessThan(2 * MB);
    server().script({ headers: { 'content-encoding': 'gzip' }, body: bomb });
    const harness = connect({ maxBodyBytes: 32 * MB });
    const grown = await measureMemoryGrowth(async () => {
      const error = await rejectionOf(harness.http.send(createRequest(server().url), harness.context()));
      expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
    });
    expect(grown).toBeLessThan(128 * MB);
  });

  test('an error’s body: the status is told, the body is not waited for beyond the limit', async () => {
    server().script({ status: 404, body: 'x'.repeat(10_000), endless: true });
    const harness = connect({ maxBodyBytes: MB });
    const response = await harness.http.send(createRequest(server().url), harness.context());
    expect([response.status, response.body.length]).toEqual([404, 0]);
    await (
      await server().nthRequest(1)
    ).closed;
  });
});

describe('an answer that takes its time ends at the attempt’s deadline, and as what it had come to', () => {
  const late = { code: 'VENDOR_TIMEOUT', reason: 'timeout_total' };
  const slow: readonly (readonly [string, object, (socket: Socket) => void])[] = [
    ['nothing', late, () => undefined],
    [
      'headers byte by byte',
      late,
      (socket) => {
        drip(socket, `${HEAD}${'x-more: y\r\n'.repeat(100)}`);
      },
    ],
    ['headers without their end', late, (socket) => socket.write(HEAD)],
    [
      // Which nobody asked for: no answer at all.
      '100 Continue',
      { code: 'VENDOR_UNAVAILABLE', reason: 'reset' },
      (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
    ],
    [
      'a body byte by byte',
      late,
      (socket) => {
        socket.write(`${HEAD}content-length: 1000\r\n\r\n`);
        drip(socket, 'x'.repeat(1000));
      },
    ],
    ['a body that stalls', late, (socket) => socket.write(`${HEAD}content-length: 1000\r\n\r\nxxx`)],
    [
      'an error’s body that stalls',
      { status: 500, body: Buffer.alloc(0) },
      (socket) => socket.write('HTTP/1.1 500 No\r\ncontent-length: 1000\r\n\r\nxxx'),
    ],
  ];

  test.each(slow)('%s', async (_name, outcome, speak) => {
    const vendor = await startRawServer(speak);
    const harness = connect({ timeoutMs: 150, maxRetries: 0 });
    const outcomeReceived = await harness.http
      .send(createRequest(vendor.url), harness.context())
      .catch((error: unknown) => error);
    expect(outcomeReceived).toMatchObject(outcome);
    expect(harness.records).toHaveLength(1);
    // The vendor itself ends nothing.
    await vendor.ended;
  });

  function drip(socket: Socket, text: string): void {
    let at = 0;
    const timer = setInterval(() => {
      socket.write(text.charAt(at));
      at = (at + 1) % text.length;
    }, 5);
    socket.on('close', () => {
      clearInterval(timer);
    });
  }
});
