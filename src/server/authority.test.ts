import { expect, test } from '@jest/globals';
import { parseHostname } from './authority.ts';

test.each([
  ['localhost', 'localhost'],
  ['LocalHost.:4000', 'localhost'],
  ['localhost:', 'localhost'],
  ['127.0.0.1:80', '127.0.0.1'],
  ['[::1]:4000', '[::1]'],
  ['[0:0:0:0:0:0:0:1]', '[::1]'],
  ['a_b.example', 'a_b.example'],
])('normalises %s', (authority, hostname) => {
  expect(parseHostname(authority)).toBe(hostname);
});

test.each([
  '',
  '.',
  ':80',
  'user@localhost',
  'localhost/x',
  'local host',
  'localhost:port',
  'localhost:99999',
  '[::1',
  '::1',
  'a,b',
])('rejects %j', (authority) => {
  expect(parseHostname(authority)).toBeNull();
});
