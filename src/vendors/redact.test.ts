import { expect, test } from '@jest/globals';
import { Secret } from '../config/secret.ts';
import { extractVendorMessage } from '../http/vendor-message.ts';
import { headerSecrets, MAX_SCANNED_BYTES, redactSecrets } from './redact.ts';

const SECRET = 'k+/ "é';

function reply(status: number, body: string) {
  return {
    request: { endpoint: 'x', method: 'GET' as const, url: new URL('https://vendor.example/') },
    status,
    headers: {},
    body: Buffer.from(body),
  };
}

function redacted(status: number, body: string) {
  return redactSecrets(reply(status, body), [new Secret(SECRET), new Secret('other')]).body.toString();
}

test.each([
  ['that is unchanged', SECRET],
  ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['in a URL', encodeURIComponent(SECRET)],
  ['in a form', new URLSearchParams({ x: SECRET }).toString().slice(2)],
  ['in a URL, in lower case', encodeURIComponent(SECRET).replace(/%../g, (byte) => byte.toLowerCase())],
  ['in a form, in lower case', new URLSearchParams({ x: SECRET }).toString().slice(2).toLowerCase()],
  ['in JSON with escaped slashes', JSON.stringify(SECRET).slice(1, -1).replace('/', '\\/')],
  [
    'in JSON with all characters escaped',
    Array.from(SECRET, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  ],
])('redacts a secret %s everywhere in an error body', (_, form) => {
  expect(redacted(400, `a ${form}, b ${form}, c other`)).toBe('a [secret], b [secret], c [secret]');
});

test('keeps necessary JSON escapes', () => {
  const text = 'a "quoted" \\u002f back\\slash, a\ttab, 💥 and \u2028';
  const body = JSON.stringify({ message: text });
  expect(JSON.parse(redacted(400, body))).toEqual({ message: text });
  const escaped = body.replaceAll('a', '\\u0061').replaceAll('💥', '\\ud83d\\udca5').replaceAll('\\\\', '\\u005c');
  expect(JSON.parse(redacted(400, escaped))).toEqual({ message: text });
});

test('searches only the beginning of an error body', () => {
  expect(redacted(500, 'é'.repeat(MAX_SCANNED_BYTES))).toBe('é'.repeat(MAX_SCANNED_BYTES / 2));
});

test('returns no part of a secret that the cut splits', () => {
  for (const shown of [0, 1, 2, 4]) {
    const message = 'x'.repeat(MAX_SCANNED_BYTES - '{"message":"'.length - shown);
    const cut = redacted(400, JSON.stringify({ message: `${message}other, and more` }));
    expect(cut).toHaveLength(MAX_SCANNED_BYTES);
    expect(extractVendorMessage(Buffer.from(cut))).toBeNull();
  }
});

test('leaves successful responses unchanged', () => {
  const good = reply(200, SECRET);
  expect(redactSecrets(good, [new Secret(SECRET)])).toBe(good);
});

test('counts the values of extra headers as secrets, but not a short one or the user agent', () => {
  const headers = {
    'x-key': new Secret('s3cret-key'),
    'x-tenant': new Secret('blue'),
    'user-agent': new Secret('acme/1.0'),
  };
  expect(headerSecrets({ headers }).map((secret) => secret.reveal())).toEqual(['s3cret-key']);
});
