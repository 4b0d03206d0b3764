import { expect, test } from '@jest/globals';
import { isLoopback } from './loopback.ts';

test.each(['localhost', '127.0.0.1', '127.255.255.254', '::1', '[::1]'])('recognises %s as a loopback host', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each([
  '',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '128.0.0.1',
  '127.0.0.1.example.com',
  '127.1',
  'localhost.example.com',
  '::2',
])('does not take %j for a loopback host', (host) => {
  expect(isLoopback(host)).toBe(false);
});
