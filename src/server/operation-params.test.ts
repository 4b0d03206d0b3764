import { describe, expect, test } from '@jest/globals';
import { thrownBy } from '../../test/support/capture-error.ts';
import { anonymousCaller } from '../request/caller.ts';
import { findOperationType, readOperationParams } from './operation-params.ts';

const base = { caller: anonymousCaller, accept: undefined, explain: null, bypassesCache: false };
function get(search: string) {
  return { ...base, method: 'GET', search, body: null };
}
function post(body: string) {
  return { ...base, method: 'POST', search: '', body: Buffer.from(body) };
}

describe('the parameters of a request', () => {
  test('come from the body of a POST or the query string of a GET', () => {
    const params = { query: '{ a }', variables: { x: 1 } };
    expect(readOperationParams(post(JSON.stringify(params)))).toEqual(params);
    expect(readOperationParams(get(`?query=${encodeURIComponent('{ a }')}&variables={"x":1}`))).toEqual(params);
  });

  test.each([post('[]'), post('1'), post('{'), get('?variables={')])('are rejected where malformed (%#)', (request) => {
    expect(thrownBy(() => readOperationParams(request))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });
});

test.each([
  ['subscription { a }', undefined, 'subscription'],
  ['query A { a } subscription B { a }', 'B', 'subscription'],
  ['query A { a } subscription B { a }', undefined, null],
  ['{ a }', null, 'query'],
  ['subscription {', undefined, null],
  ['subscription { a b c d e f g h }', undefined, null],
  [undefined, undefined, null],
])('the type of the operation of %j, %j is %j', (query, operationName, expected) => {
  expect(findOperationType({ query, operationName }, 10)).toBe(expected);
});

test('parameters that are no object have no operation', () => {
  expect(findOperationType(null, 8)).toBeNull();
});
