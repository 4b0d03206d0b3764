import { expect, test } from '@jest/globals';
import { type ConfigPath, formatConfigError, formatPath } from './config-error.ts';

test.each<[ConfigPath, string]>([
  [[], ''],
  [['server', 'port'], 'server.port'],
  [['accounts', 2, 'clientSecret'], 'accounts[2].clientSecret'],
  [['agents', 0, 'accounts', 'jane@x.org'], 'agents[0].accounts.jane@x.org'],
  [['agents', 0, 'accounts', 'a b'], 'agents[0].accounts["a b"]'],
  [['${A}'], '["${A}"]'],
])('formats the path %j as %j', (path, expected) => {
  expect(formatPath(path)).toBe(expected);
});

test('formats an error with its position, path and message', () => {
  const error = { file: 'a.yaml', path: 'server.port', message: 'is missing' };
  expect(formatConfigError({ ...error, line: 3, column: 5 })).toBe('a.yaml:3:5: server.port: is missing');
  expect(formatConfigError({ ...error, line: 3 })).toBe('a.yaml:3:1: server.port: is missing');
  expect(formatConfigError(error)).toBe('a.yaml: server.port: is missing');
  expect(formatConfigError({ ...error, path: '' })).toBe('a.yaml: is missing');
});
