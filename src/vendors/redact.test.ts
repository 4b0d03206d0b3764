import { expect, test } from '@jest/globals';
import { Secret } from '../config/secret.ts';
import { extractVendorMessage } from '../http/vendor-message.ts';
import { MAX_SCANNED_BYTES, redactSecrets } from './redact.ts';

const SECRET = 'k+/ "é';

const reply = (status: number, body: string) => ({
  request: { endpoint: 'x', method: 'GET' as const, url: new URL('https://vendor.example/') },
  status,
  headers: {},
  body: Buffer.from(body),
});

const redacted = (status: number, body: string) =>
  redactSecrets(reply(status, body), [new Secret(SECRET), new Secret('other')]).body.toString();

test.each([
  ['as it is', SECRET],
  ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['in a URL', encodeURIComponent(SECRET)],
  ['in a form', new URLSearchParams({ x: SECRET }).toString().slice(2)],
  ['in a URL, in small letters', encodeURIComponent(SECRET).replace(/%../g, (byte) => byte.toLowerCase())],
  ['in a form, in small letters', new URLSearchParams({ x: SECRET }).toString().slice(2).toLowerCase()],
  ['in JSON whose slashes are escaped', JSON.stringify(SECRET).slice(1, -1).replace('/', '\\/')],
  [
    'in JSON all of whose letters are escaped',
    Array.from(SECRET, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  ],
])('a secret %s is taken out of an error’s body, wherever it stands', (_, form) => {
  expect(redacted(400, `a ${form}, b ${form}, c other`)).toBe('a [secret], b [secret], c [secret]');
});

test('what must be escaped in JSON stays so', () => {
  const text = 'a "quoted" \\u002f back\\slash, a\ttab, 💥 and \u2028';
  const body = JSON.stringify({ message: text });
  expect(JSON.parse(redacted(400, body))).toEqual({ message: text });
  const escaped = body.replaceAll('a', '\\u0061').replaceAll('💥', '\\ud83d\\udca5').replaceAll('\\\\', '\\u005c');
  expect(JSON.parse(redacted(400, escaped))).toEqual({ message: text });
});

test('no more than the beginning of an error is looked at', () => {
  expect(redacted(500, 'é'.repeat(MAX_SCANNED_BYTES))).toBe('é'.repeat(MAX_SCANNED_BYTES / 2));
});

test('of a secret that an error is cut in nothing is shown', () => {
  for (const shown of [0, 1, 2, 4]) {
    const message = 'x'.repeat(MAX_SCANNED_BYTES - '{"message":"'.length - shown);
    const cut = redacted(400, JSON.stringify({ message: `${message}other, and more` }));
    expect(cut).toHaveLength(MAX_SCANNED_BYTES);
    expect(extractVendorMessage(Buffer.from(cut))).toBeNull();
  }
});

test('data are left as they are', () => {
  const good = reply(200, SECRET);
  expect(redactSecrets(good, [new Secret(SECRET)])).toBe(good);
});
