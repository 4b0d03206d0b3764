import { expect, test } from '@jest/globals';
import { errorLines, MAIL_ACCOUNT, NUMBERS_ACCOUNT } from '../../test/support/config-harness.ts';
import { showValues, withUrl, withValue } from './named-value.ts';

test.each([
  ['text', 'm: text'],
  [7, 'm: 7'],
  [false, 'm: false'],
  ['', 'm'],
  ['a\nb', 'm'],
  ['a\uFDD0b', 'm'],
  ['x'.repeat(81), 'm'],
  [undefined, 'm'],
  [{ a: 1 }, 'm'],
])('names the value %j', (value, message) => {
  expect(showValues(withValue('m', value))).toBe(message);
});

test.each([
  ['http://vendor.example.com/', 'm: http://vendor.example.com/'],
  ['http://user:CANARY@vendor.example.com/', 'm'],
  ['http://vendor.example.com/?key=CANARY', 'm'],
  ['http://vendor.example.com/#CANARY', 'm'],
])('names the URL %s only if it can have no secret', (url, message) => {
  expect(showValues(withUrl('m', url))).toBe(message);
});

test.each([
  ['server: { port: 70000 }', 'server.port: must be at most 65535: 70000'],
  ['server: { port: many }', 'server.port: must be a number: many'],
  ['server: { host: 0.0.0.0 }', 'must be a loopback host such as 127.0.0.1 unless auth is configured: 0.0.0.0'],
  ['server: { cors: { origins: ["https://a.example/x"] } }', 'a default port; or *: https://a.example/x'],
  ['server: { trustProxy: [lb.example.com] }', 'must be an IP address or a range such as 10.0.0.0/8: lb.example.com'],
  ['cache: { url: "redis://:s3cret@a:6379/x" }', 'of a database, or in no path: redis://…@a:6379/x'],
  ['agents: [{ id: a b, kind: human }]', 'digits or . _ @ -: a b'],
  ['agents: [{ id: a, kind: person }]', 'agents[0].kind: must be human or virtual: person'],
  ['agents: [{ id: a, kind: human, email: jane }]', 'must be a valid e-mail address: jane'],
  [`accounts: [{ ${NUMBERS_ACCOUNT.replace('name: numbers', 'name: a b')} }]`, 'dots, dashes or underscores: a b'],
  [`accounts: [{ ${NUMBERS_ACCOUNT}, apiVersion: 3 }]`, 'accounts[0].apiVersion: must be 1 or 2: 3'],
  [`accounts: [{ ${NUMBERS_ACCOUNT.replace('numeric', 'mailsih')} }]`, 'vendor: must be mailish or numeric: mailsih'],
  [
    `accounts: [{ ${NUMBERS_ACCOUNT.replace('https', 'http')} }]`,
    'must be https; http is allowed for loopback hosts only: http://numbers.example.com',
  ],
])('names the offending value of %s', (text, message) => {
  expect(errorLines(text)).toEqual([expect.stringContaining(message)]);
  expect(errorLines(text)[0]?.endsWith(message)).toBe(true);
});

test('names a variable of the environment that is no secret, but no value of a placeholder', () => {
  expect(errorLines('', { PORT: 'x' })).toEqual(['environment: PORT: must be a whole number from 0 to 65535: x']);
  expect(errorLines('server: { port: "${P}" }', { P: 'abc' })).toEqual([
    'test.yaml:1:11: server.port: must be a number: …',
  ]);
  expect(errorLines('server: { port: "${P}" }', { P: '70000' })).toEqual([
    'test.yaml:1:11: server.port: must be at most 65535: …',
  ]);
});

test('names no value of a setting that is a secret', () => {
  const account = MAIL_ACCOUNT.replace('s3cret-in-file', '12345');
  expect(errorLines(`accounts: [{ ${account} }]`)).toEqual([
    expect.stringMatching(/clientSecret: must be text; put it in quotes$/),
  ]);
  const digest = 'auth: { apiKeys: [{ name: a, sha256: CANARY }] }';
  expect(errorLines(digest).join()).not.toContain('CANARY');
});

test('shows nothing of a value that became part of a key, because no blank follows its colon', () => {
  const account = MAIL_ACCOUNT.replace('clientSecret: s3cret-in-file', 'clientSecret:CANARY');
  expect(errorLines(`accounts: [{ ${account} }]`)).toEqual([
    expect.stringMatching(/accounts\[0\]\.clientSecret: is missing$/),
    expect.stringMatching(/accounts\[0\]\["clientSecret:…"\]: is not a known key; a blank must follow the colon$/),
  ]);
});
