import { expect, test } from '@jest/globals';
import { config } from './config.ts';
import { conformance } from './conformance.ts';

function problemsOf(entry: Record<string, unknown>) {
  return (config.safeParse({ ...conformance.account, ...entry }).error?.issues ?? []).map(({ path }) => path[0]);
}

test('applies the default to each omitted setting', () => {
  expect(config.parse(conformance.account)).toMatchObject({
    fileHosts: [],
    discover: true,
    discoverHours: 48,
    longestSessionHours: 24,
    settleHours: 6,
    lookBackHours: 0,
    listWindowHours: 168,
    retentionDays: 30,
    maxFileBytes: 256 * 1024 * 1024,
    patterns: true,
  });
});

test.each([
  ['discoverHours', 1, 720],
  ['longestSessionHours', 1, 168],
  ['settleHours', 0, 168],
  ['lookBackHours', 0, 168],
  ['listWindowHours', 1, 720],
  ['retentionDays', 1, 366],
  ['maxFileBytes', 1024 * 1024, Number.MAX_SAFE_INTEGER],
])('accepts integers for %s from %d to %d only', (key, min, max) => {
  for (const value of [min, max])
    expect(config.parse({ ...conformance.account, [key]: value })).toHaveProperty(key, value);
  for (const value of [min - 1, min + 0.5, max + 1]) expect(problemsOf({ [key]: value })).toEqual([key]);
});

test.each(['7', '75555851', 'Abc_1', 'x'.repeat(20)])('accepts the account number %j', (accountId) => {
  expect(problemsOf({ accountId })).toEqual([]);
});

test.each(['', 'x'.repeat(21), '../1', '1/2', '1?x', ' 1', '1\n'])('rejects the account number %j', (accountId) => {
  expect(problemsOf({ accountId })).toEqual(['accountId']);
});

test.each([
  'files.example.com',
  'FILES.example.com',
  'files',
  'f',
  'f1-2.e-x.c',
  'a.b.c.d',
  '*.example.com',
  '*.eu.files.example.com',
  '127.0.0.1',
])('accepts the file host pattern %j', (host) => {
  expect(config.parse({ ...conformance.account, fileHosts: [host] }).fileHosts).toEqual([host.toLowerCase()]);
});

test.each([
  '',
  '*',
  '*.',
  '*.com',
  '*.com.',
  '*.*.com',
  'a.*.com',
  '*example.com',
  '.example.com',
  'example.com.',
  'example..com',
  '-a.example.com',
  'a-.example.com',
  'a.-example.com',
  'a.example-.com',
  '*.-a.com',
  'a_b.example.com',
  'example.com:443',
  'https://example.com',
  'example.com/files',
  'user@example.com',
  'a b',
  'example.com\n',
  'z\u00e4hler.example.com',
])('rejects the file host pattern %j', (host) => {
  expect(problemsOf({ fileHosts: [host] })).toEqual(['fileHosts']);
});
