import { expect, test } from '@jest/globals';
import { Secret } from '../config/secret.ts';
import { withoutSecrets } from './redact.ts';

const SECRET = 'k+/ "é';

const reply = (status: number, body: string) => ({
  request: { endpoint: 'x', method: 'GET' as const, url: new URL('https://vendor.example/') },
  status,
  headers: {},
  body: Buffer.from(body),
});

const redacted = (status: number, body: string) =>
  withoutSecrets(reply(status, body), [new Secret(SECRET), new Secret('other')]).body.toString();

test.each([
  ['as it is', SECRET],
  ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['in a URL', encodeURIComponent(SECRET)],
  ['in a form', new URLSearchParams({ x: SECRET }).toString().slice(2)],
])('a secret %s is taken out of an error’s body, wherever it stands', (_, form) => {
  expect(redacted(400, `a ${form}, b ${form}, c other`)).toBe('a [secret], b [secret], c [secret]');
});

test('data are left as they are', () => {
  const good = reply(200, SECRET);
  expect(withoutSecrets(good, [new Secret(SECRET)])).toBe(good);
});
