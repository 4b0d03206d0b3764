import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SCOPES } from '../../config/settings.ts';
import type { Caller } from '../../request/caller.ts';
import { createResponseKeys, type ResponseKeyParts } from './response-key.ts';

const request: ResponseKeyParts = {
  caller: { name: 'a', accounts: null, scopes: new Set(['read']) },
  method: 'POST',
  accept: undefined,
  search: '',
  body: Buffer.from('{"query":"{ agents { totalCount } }"}'),
};
function ownCaller(change: Partial<Caller>): Caller {
  return { ...request.caller, ...change };
}

test('callers with the same accounts and scopes share a key, whatever their names and the order of both', () => {
  const toKey = createResponseKeys();
  const accounts = (...names: string[]) => ({ accounts: new Set(names), scopes: new Set(SCOPES) });
  const key = toKey({ ...request, caller: ownCaller(accounts('x', 'y')) });
  expect(toKey({ ...request, caller: ownCaller({ name: 'b', ...accounts('y', 'x') }) })).toBe(key);
});

test.each<[string, Partial<ResponseKeyParts>]>([
  ['accounts', { caller: ownCaller({ accounts: new Set(['x']) }) }],
  ['no account', { caller: ownCaller({ accounts: new Set() }) }],
  ['scopes', { caller: ownCaller({ scopes: new Set(['read', 'introspect']) }) }],
  ['method', { method: 'GET' }],
  ['media types', { accept: 'application/graphql-response+json' }],
  ['query string', { search: '?a' }],
  ['body', { body: Buffer.from('{"query":"{ agents { totalCount }}"}') }],
])('a request with another value of %s has another key', (_name, change) => {
  const toKey = createResponseKeys();
  expect(toKey({ ...request, ...change })).not.toBe(toKey(request));
});

test('different bytes have different keys, also where they are no valid UTF-8', () => {
  const toKey = createResponseKeys();
  const bytes = fc.uint8Array({ maxLength: 8 });
  fc.assert(
    fc.property(bytes, bytes, (left, right) => {
      const keyOf = (body: Uint8Array) => toKey({ ...request, body: Buffer.from(body) });
      expect(keyOf(left) === keyOf(right)).toBe(Buffer.compare(left, right) === 0);
    }),
  );
});

test('a request that is too long has no key', () => {
  const toKey = createResponseKeys();
  expect(toKey({ ...request, body: Buffer.alloc(16_384) })).not.toBeNull();
  expect(toKey({ ...request, body: Buffer.alloc(16_385) })).toBeNull();
});
