import { expect, test } from '@jest/globals';
import { buildSchema, type GraphQLObjectType, Kind, parse } from 'graphql';
import { toSelectedField, toSelection } from './selected-field.ts';

const schema = buildSchema('interface N { a: Int } type Query implements N { a: Int list: [[N!]]! self: Query }');
const query = schema.getType('Query') as GraphQLObjectType;

function select(text: string) {
  const [definition] = parse(text).definitions;
  const node = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections[0] : undefined;
  if (node?.kind !== Kind.FIELD) throw new Error('no field');
  return toSelectedField(schema, query, [node]);
}

test('takes apart the type of a field', () => {
  expect(select('{ x: list { a } }')).toMatchObject({
    responseName: 'x',
    name: 'list',
    completion: {
      ...{ kind: 'list', isNonNull: true },
      item: { kind: 'list', isNonNull: false, item: { kind: 'abstract', isNonNull: true, type: schema.getType('N') } },
    },
    leafProperty: null,
  });
  expect(select('{ self { a } }')?.completion).toMatchObject({ kind: 'object', type: query });
});

test('knows a leaf without a resolver as a property', () => {
  expect(select('{ a }')?.leafProperty).toMatchObject({ kind: 'leaf', isNonNull: false });
  expect(select('{ __typename }')?.leafProperty).toBeNull();
});

test('finds the fields of introspection on queries', () => {
  const names = ['{ __schema { __typename } }', '{ __type(name: "N") { name } }', '{ __typename }'];
  expect(names.map((text) => select(text)?.definition.name)).toEqual(['__schema', '__type', '__typename']);
});

test('has no field that the type does not have', () => {
  expect(select('{ b }')).toBeNull();
});

test('keeps the order of fields in the empty result, whatever they are called', () => {
  const fields = ['{ __proto__: a }', '{ constructor: a }', '{ a }'].flatMap((text) => select(text) ?? []);
  const { emptyResult } = toSelection(query, fields);
  expect(Object.keys({ ...emptyResult })).toEqual(['__proto__', 'constructor', 'a']);
});
