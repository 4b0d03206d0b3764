import { expect, test } from '@jest/globals';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { isConstantField, markConstantFields } from './constant-fields.ts';

function createThings() {
  const schema = buildSchema(`
    type Query { thing: Thing other: Other }
    type Thing { name: String words: [String!] id: ID now: Int page(first: Int): Int other: Other }
    type Other { name: String }
  `);
  const fields = (schema.getType('Thing') as GraphQLObjectType).getFields();
  for (const name of ['id', 'now'] as const) if (fields[name]) fields[name].resolve = () => 1;
  return schema;
}

function constantsOf(typeName: string, names: readonly string[] = ['id']) {
  const schema = markConstantFields(createThings(), { Thing: names });
  const type = schema.getType(typeName) as GraphQLObjectType;
  return ['__typename', ...Object.keys(type.getFields())].filter((name) => isConstantField(type, name));
}

test('the leaves that are properties are constant, and those whose resolvers are named', () => {
  expect(constantsOf('Thing')).toEqual(['__typename', 'name', 'words', 'id']);
  expect(constantsOf('Thing', [])).toEqual(['__typename', 'name', 'words']);
  expect(constantsOf('Thing', ['id', 'now'])).toEqual(['__typename', 'name', 'words', 'id', 'now']);
});

test('no field of another type is constant', () => {
  expect(constantsOf('Other')).toEqual([]);
});

test.each([{ Nothing: [] }, { Thing: ['missing'] }, { Thing: ['name'] }])(
  'rejects what the schema does not have: %j',
  (names) => {
    expect(() => markConstantFields(createThings(), names)).toThrow();
  },
);
