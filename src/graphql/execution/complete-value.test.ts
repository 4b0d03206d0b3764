import { expect, test } from '@jest/globals';
import { buildSchema, type GraphQLInterfaceType, Kind, parse } from 'graphql';
import { toSelectedField } from '../ast/selected-field.ts';
import { assertRuntimeType, completeLeaf, nonNullError } from './complete-value.ts';

const schema = buildSchema(
  'interface N { a: Int } type Query implements N { a: Int n: N } type Other { a: Int } enum E { A }',
);
const namedType = schema.getType('N') as GraphQLInterfaceType;

function fieldOf(text: string) {
  const [definition] = parse(text).definitions;
  const node = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections[0] : undefined;
  const query = schema.getQueryType();
  const field = query && node?.kind === Kind.FIELD ? toSelectedField(schema, query, [node]) : null;
  if (!field) throw new Error('no field');
  return field;
}

test('completes a leaf', () => {
  const field = fieldOf('{ a }');
  const completion = field.leafProperty;
  if (!completion) throw new Error('not a leaf');
  expect(completeLeaf(field, completion, '7')).toBe('7');
  expect(completeLeaf(field, completion, undefined)).toBe('null');
  expect(() => completeLeaf(field, { ...completion, isNonNull: true }, null)).toThrow(nonNullError(field).message);
  expect(() => completeLeaf(field, completion, new Error('returned'))).toThrow('returned');
});

// Random worlds compare the messages with those of graphql-js.
test.each([undefined, null, 7, 'Unknown', 'E', 'Other', namedType, schema.getQueryType()])(
  'refuses %s as the type of an object',
  (name) => {
    expect(() => assertRuntimeType(schema, namedType, name, fieldOf('{ n { a } }'), {})).toThrow();
  },
);

test('finds the type of an object', () => {
  expect(assertRuntimeType(schema, namedType, 'Query', fieldOf('{ n { a } }'), {})).toBe(schema.getQueryType());
});
