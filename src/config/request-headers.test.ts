import { expect, test } from '@jest/globals';
import { errorLines, loadOrThrow, MAIL_ACCOUNT } from '../../test/support/config-harness.ts';

function configWith(headers: string) {
  return `accounts: [{ ${MAIL_ACCOUNT}, headers: ${headers} }]`;
}

test('reads extra request headers as secrets, by lower-case name', () => {
  const { accounts } = loadOrThrow(configWith('{ X-Tenant: blue one, "x~!": "${KEY}", User-Agent: acme/1 }'), {
    KEY: 'k',
  });
  const headers = accounts[0]?.headers ?? {};
  expect(Object.entries(headers).map(([name, value]) => [name, value.reveal()])).toEqual([
    ['x-tenant', 'blue one'],
    ['x~!', 'k'],
    ['user-agent', 'acme/1'],
  ]);
  expect(JSON.stringify(headers)).not.toMatch(/blue|acme/);
});

test('has no extra headers by default', () => {
  expect(loadOrThrow(`accounts: [{ ${MAIL_ACCOUNT} }]`).accounts[0]?.headers).toEqual({});
});

test.each([
  'Authorization',
  'accept',
  'Accept-Encoding',
  'CONTENT-TYPE',
  'content-length',
  'content-encoding',
  'Host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'proxy-connection',
])('rejects the header %s, which the gateway sets itself', (name) => {
  expect(errorLines(configWith(`{ ${name}: CANARY }`))).toEqual([
    expect.stringMatching(
      new RegExp(`accounts\\[0\\]\\.headers\\.${name}: cannot be set: the gateway sets this header itself$`),
    ),
  ]);
});

test.each([
  ['{ Proxy-Authorization: CANARY }', /\.Proxy-Authorization: cannot be set here; put the user name and password into/],
  ['{ X-A: a, x-a: CANARY }', /\.x-a: is the same header as an earlier one: names do not depend on case$/],
  ['{ "X A": CANARY }', /headers\["X A"\]: must be named like a header: letters, digits and/],
  ['{ "": CANARY }', /headers\[""\]: must be named like a header/],
  ['{ X-A: 7 }', /headers\.X-A: must be text; put it in quotes$/],
  ['{ X-A: "" }', /headers\.X-A: must be printable ASCII, without spaces around it$/],
  ['{ X-A: " CANARY" }', /headers\.X-A: must be printable ASCII, without spaces around it$/],
  ['{ X-A: "CANARY\\r\\nHost: x" }', /headers\.X-A: must be printable ASCII/],
  ['{ X-A: "CANARY\\n" }', /headers\.X-A: must be printable ASCII/],
  ['{ X-A: "CAN\\u00c4RY" }', /headers\.X-A: must be printable ASCII/],
  ['[X-A]', /headers: must be a mapping$/],
])('rejects the headers %s without naming a value', (headers, message) => {
  const lines = errorLines(configWith(headers));
  expect(lines).toEqual([expect.stringMatching(message)]);
  expect(lines.join()).not.toMatch(/CAN/);
});
