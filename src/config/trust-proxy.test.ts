import { expect, test } from '@jest/globals';
import { errorLines, loadOrThrow } from '../../test/support/config-harness.ts';

test.each([
  ['', false],
  ['trustProxy: false', false],
  ['trustProxy: 2', 2],
  ['trustProxy: [10.0.0.0/8, 192.0.2.7, "fd00::/8", "::1"]', ['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::1']],
])('accepts a number of proxies or a list of their addresses: %s', (text, expected) => {
  expect(loadOrThrow(`server: { ${text} }`).server.trustProxy).toEqual(expected);
});

test.each([
  'true',
  '0',
  '1.5',
  '[]',
  '10.0.0.1',
  '[proxy.example.com]',
  '[10.0.0.0/33]',
  '["fd00::/129"]',
  '[10.0.0.0/]',
  '[10.0.0.0/-1]',
  '[10.0.0]',
])('rejects %s', (value) => {
  expect(errorLines(`server: { trustProxy: ${value} }`)).toEqual([expect.stringContaining(': server.trustProxy')]);
});

test('says what is accepted', () => {
  expect(errorLines('server: { trustProxy: true }')).toEqual([
    'test.yaml:1:11: server.trustProxy: must be false, a number of proxies, or a list of their addresses',
  ]);
});

test('names the bad entry of a list', () => {
  expect(errorLines('server: { trustProxy: [10.0.0.1, lb] }')).toEqual([
    'test.yaml:1:34: server.trustProxy[1]: must be an IP address or a range such as 10.0.0.0/8: lb',
  ]);
});
