import { expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { createRequestPreparer } from './prepare-request.ts';

const schema = buildSchema('type Query { a(x: Int): Int }');

function requestFor(text: string) {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return { schema, document, operation, request: { variables: { x: 1 } }, contextValue: {} };
}

test('prepares the operation of a request once', () => {
  const prepare = createRequestPreparer();
  const request = requestFor('query ($x: Int) { a(x: $x) }');
  expect(prepare(request)?.operation?.variableValues).toEqual({ x: 1 });
  // Apollo Server passes other objects to its executor than to plugins; the context is the same.
  expect(prepare({ ...request, request: { variables: { x: 1 } } })).toBe(prepare(request));
  expect(prepare({ ...request, contextValue: {} })).not.toBe(prepare(request));
});

test('prepares another operation of the same request: a document over a limit is replaced', () => {
  const prepare = createRequestPreparer();
  const request = requestFor('{ a }');
  const first = prepare(request);
  expect(prepare({ ...requestFor('{ __typename }'), contextValue: request.contextValue })).not.toBe(first);
});

test('prepares nothing without an operation', () => {
  const { contextValue, request } = requestFor('{ a }');
  expect(createRequestPreparer()({ schema, request, contextValue })).toBeNull();
});
