import { expect, test } from '@jest/globals';
import { cacheHeaders } from './cache-headers.ts';
import { createEncodableBody } from './encodable-body.ts';
import type { Answer } from './response-cache.ts';

function headersOf(source: Answer['source'], validUntilMs: number) {
  const response = {
    status: 200,
    headers: {},
    body: createEncodableBody(Buffer.alloc(0)),
    validUntilMs,
    operation: '',
  };
  return cacheHeaders({ response, source }, 10_000);
}

test('a stored response says so, and how long it is still valid', () => {
  const headers = { 'cache-control': 'private, max-age=3', age: '0', 'cache-status': 'switchboard; hit; ttl=2' };
  expect(headersOf('stored', 12_500)).toEqual(headers);
  const lasting = { 'cache-control': 'private, max-age=1', age: '0', 'cache-status': 'switchboard; hit' };
  expect(headersOf('stored', Infinity)).toEqual(lasting);
});

test('a response of another execution says so, and what is left of it', () => {
  const headers = { 'cache-control': 'private, max-age=3', 'cache-status': 'switchboard; fwd=miss; collapsed' };
  expect(headersOf('collapsed', 12_500)).toEqual(headers);
});

test('an executed response keeps its own Cache-Control, and says whether it is stored', () => {
  expect(headersOf('executed', 12_500)).toEqual({ 'cache-status': 'switchboard; fwd=miss' });
  expect(headersOf('executed-and-stored', 12_500)).toEqual({ 'cache-status': 'switchboard; fwd=miss; stored' });
});
