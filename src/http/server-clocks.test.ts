import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { watchServerClocks } from './server-clocks.ts';

const NOW = Date.parse('2026-11-20T09:30:00.500Z');
const clock = { now: () => NOW, monotonicMs: () => 0, setTimer: () => () => undefined };

let server: Server;
let origin: string;
const dispatcher = new Agent();
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    response.sendDate = false;
    response.writeHead(200, url === '/none' ? {} : { Date: decodeURIComponent(url?.slice(1) ?? '') }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await dispatcher.close();
  server.close();
});

async function observe(...dates: readonly string[]): Promise<number | null> {
  const clocks = watchServerClocks(clock);
  try {
    for (const date of dates) {
      await (await request(`${origin}/${encodeURIComponent(date)}`, { dispatcher })).body.dump();
    }
    return clocks.aheadMs(origin);
  } finally {
    clocks.stop();
  }
}

test.each([
  ['Fri, 20 Nov 2026 09:30:00 GMT', 0],
  ['Fri, 20 Nov 2026 09:29:00 GMT', 60_000],
  ['Fri, 20 Nov 2026 10:30:00 GMT', -3_600_000],
])('measures the difference to a server that sends %s', async (date, aheadMs) => {
  expect(await observe(date)).toBe(aheadMs);
});

test('keeps the last difference, and knows none without a date', async () => {
  expect(await observe('Fri, 20 Nov 2026 09:29:00 GMT', 'none', 'tomorrow')).toBe(60_000);
  expect(await observe('none')).toBeNull();
  expect(await observe('tomorrow')).toBeNull();
});

test('observes nothing once it is stopped', async () => {
  const clocks = watchServerClocks(clock);
  clocks.stop();
  await observe('Fri, 20 Nov 2026 09:29:00 GMT');
  expect(clocks.aheadMs(origin)).toBeNull();
});
