import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../support/capture-error.ts';
import { manualClock } from '../support/clock.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { createRequest } from '../support/http-harness.ts';
import { setUpScriptedVendor } from '../support/reliability-setup.ts';
import { failOnUnhandledRejection } from '../support/unhandled-rejections.ts';

failOnUnhandledRejection();

const MB = 1024 * 1024;
const { server, connect } = setUpScriptedVendor();

const rawServers: Server[] = [];
afterEach(async () => {
  await Promise.all(rawServers.splice(0).map((rawServer) => new Promise((resolve) => rawServer.close(resolve))));
});

interface RawServer {
  readonly url: string;
  /** Resolves when the server has begun to respond. */
  readonly begun: Promise<unknown>;
  /** Resolves when a connection has closed. */
  readonly ended: Promise<unknown>;
}

/** A server that writes raw bytes, HTTP or not. */
async function startRawServer(respond: (socket: Socket) => void): Promise<RawServer> {
  const begun = Promise.withResolvers<undefined>();
  const closed = Promise.withResolvers<undefined>();
  const rawServer = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('close', () => {
        closed.resolve(undefined);
      });
    socket.once('data', () => {
      respond(socket);
      begun.resolve(undefined);
    });
  });
  rawServers.push(rawServer.listen(0, '127.0.0.1'));
  await new Promise((resolve) => rawServer.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(rawServer.address() as AddressInfo).port}/`,
    begun: begun.promise,
    ended: closed.promise,
  };
}

/** Writes chunks without end, as fast as the other side reads them. */
function writeEndlessly(socket: Socket, chunk: (n: number) => string | Buffer): void {
  let n = 0;
  const writeMore = () => {
    while (!socket.destroyed && socket.write(chunk((n += 1))));
  };
  socket.on('drain', writeMore);
  writeMore();
}

/** Returns the peak growth of the process's memory in bytes while `run` executes. */
async function measureMemoryGrowth(run: () => Promise<unknown>): Promise<number> {
  const now = () => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  const before = now();
  let peak = before;
  const sampler = setInterval(() => {
    peak = Math.max(peak, now());
  }, 5);
  await run().finally(() => {
    clearInterval(sampler);
  });
  return Math.max(peak, now()) - before;
}

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('endless responses', () => {
  test('aborts a response with endless headers, within bounded memory', async () => {
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

  test('aborts a response with one endless header', async () => {
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
    ['a chunked body', `${HEAD}transfer-encoding: chunked\r\n\r\n`, `10000\r\n${'x'.repeat(0x10000)}\r\n`],
    ['a body without a length', `${HEAD}connection: close\r\n\r\n`, 'x'.repeat(0x10000)],
    ['a body with a huge content length', `${HEAD}content-length: 999999999999\r\n\r\n`, 'x'.repeat(0x10000)],
  ])('aborts %s at the size limit, within bounded memory', async (_name, head, chunk) => {
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

  test('aborts a decompression bomb at the size limit, within bounded memory', async () => {
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

  test('returns the status of an error response with an endless body, without the body', async () => {
    server().script({ status: 404, body: 'x'.repeat(10_000), endless: true });
    const harness = connect({ maxBodyBytes: MB });
    const response = await harness.http.send(createRequest(server().url), harness.context());
    expect([response.status, response.body.length]).toEqual([404, 0]);
    await (
      await server().nthRequest(1)
    ).closed;
  });
});

describe('slow responses', () => {
  const late = { code: 'VENDOR_TIMEOUT', reason: 'timeout_total' };
  const slow: readonly (readonly [string, object, (socket: Socket) => void])[] = [
    ['no response', late, () => undefined],
    [
      'headers byte by byte',
      late,
      (socket) => {
        drip(socket, `${HEAD}${'x-more: y\r\n'.repeat(100)}`);
      },
    ],
    ['headers without their end', late, (socket) => socket.write(HEAD)],
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
      'an error response with a body that stalls',
      { status: 500, body: Buffer.alloc(0) },
      (socket) => socket.write('HTTP/1.1 500 No\r\ncontent-length: 1000\r\n\r\nxxx'),
    ],
  ];

  test.each(slow)('ends at the attempt’s timeout with the outcome so far: %s', async (_name, outcome, speak) => {
    const vendor = await startRawServer(speak);
    const clock = manualClock();
    const harness = connect({ clock, timeoutMs: 150, maxRetries: 0 });
    const received = harness.http.send(createRequest(vendor.url), harness.context()).catch((error: unknown) => error);
    await vendor.begun;
    await flushPromises();
    clock.advance(149);
    await flushPromises();
    expect(harness.records).toEqual([]);
    clock.advance(1);
    expect(await received).toMatchObject(outcome);
    expect(harness.records).toHaveLength(1);
    // The vendor itself never closes the connection.
    await vendor.ended;
  });

  test('ends at an unexpected 100 Continue: the request did not ask for it, so it is not a response', async () => {
    const vendor = await startRawServer((socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'));
    const harness = connect({ clock: manualClock(), maxRetries: 0 });
    const error = await rejectionOf(harness.http.send(createRequest(vendor.url), harness.context()));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'reset' });
    expect(harness.records).toHaveLength(1);
    await vendor.ended;
  });

  /** Sends a byte in each turn of the event loop. */
  function drip(socket: Socket, text: string, at = 0): void {
    if (socket.destroyed) return;
    socket.write(text.charAt(at));
    setImmediate(drip, socket, text, (at + 1) % text.length);
  }
});
