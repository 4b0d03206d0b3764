import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { createCors } from './cors.ts';
import { createHostCheck } from './host-check.ts';
import { createUpgradeCheck } from './upgrade-check.ts';

const check = createUpgradeCheck({
  checkHost: createHostCheck([]),
  cors: createCors({ origins: ['https://listed.example'], maxAgeSeconds: 1 }),
});

function request(change: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}) {
  const all = { host: '127.0.0.1:4000', upgrade: 'websocket', ...headers };
  const rawHeaders = Object.entries(all).flat();
  return {
    method: 'GET',
    url: '/graphql',
    headers: all,
    rawHeaders,
    httpVersion: '1.1',
    ...change,
  } as unknown as IncomingMessage;
}

test.each<[boolean, IncomingMessage]>([
  [true, request()],
  [true, request({ url: '/graphql?a=1' })],
  [true, request({}, { origin: 'https://listed.example', upgrade: 'WebSocket' })],
  [false, request({ url: '/metrics' })],
  [false, request({ method: 'POST' })],
  [false, request({}, { upgrade: 'h2c' })],
  [false, request({}, { origin: 'https://elsewhere.example' })],
  [false, request({}, { host: 'rebound.example' })],
])('allows an upgrade: %j (%#)', (expected, upgrade) => {
  expect(check(upgrade)).toBe(expected);
});
