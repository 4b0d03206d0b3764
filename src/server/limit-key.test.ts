import { expect, test } from '@jest/globals';
import { anonymousCaller } from '../request/caller.ts';
import { toLimitKey } from './limit-key.ts';

test('is the caller, wherever it is', () => {
  const jane = { ...anonymousCaller, name: 'jane' };
  expect(toLimitKey(jane, '192.0.2.1')).toBe(toLimitKey(jane, '192.0.2.2'));
});

test('is the address without authentication, of IPv6 the prefix that one subscriber has', () => {
  const keyOf = (address: string) => toLimitKey(anonymousCaller, address);
  expect(keyOf('192.0.2.1')).not.toBe(keyOf('192.0.2.2'));
  expect(keyOf('2001:db8::1')).toBe(keyOf('2001:db8::2'));
  expect(keyOf('2001:db8::1')).not.toBe(keyOf('2001:db8:0:1::1'));
});

test('is not that of a caller who has the name', () => {
  expect(toLimitKey({ ...anonymousCaller }, '192.0.2.1')).not.toBe(toLimitKey(anonymousCaller, '192.0.2.1'));
});
