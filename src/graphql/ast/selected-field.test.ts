import { describe, expect, test } from '@jest/globals';
import { buildSchema, type GraphQLObjectType, Kind, parse } from 'graphql';
import { markConstantFields } from './constant-fields.ts';
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

test('writes the names of fields as JSON, with a comma after another field, whatever they are called', () => {
  const fields = ['{ __proto__: a }', '{ constructor: a }', '{ a }'].flatMap((text) => select(text) ?? []);
  const { steps } = toSelection(query, fields);
  expect(steps.map(({ opening }) => opening)).toEqual(['"__proto__":', ',"constructor":', ',"a":']);
});

describe('constant fields', () => {
  const things = buildSchema(`
    type Query { thing: Thing other: Other }
    type Thing { a: Int b: Int now: Int page(first: Int): Int id: ID list: [Int] other: Other }
    type Other { a: Int b: Int }
  `);
  const { id } = (things.getType('Thing') as GraphQLObjectType).getFields();
  if (id) id.resolve = () => 'computed';
  const marked = markConstantFields(things, { Thing: ['id'] });

  function stepsOf(typeName: 'Thing' | 'Other', selection: string): readonly string[] {
    const type = marked.getType(typeName) as GraphQLObjectType;
    const [definition] = parse(selection).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
    const fields = definition.selectionSet.selections.flatMap((node) =>
      node.kind === Kind.FIELD ? (toSelectedField(marked, type, [node]) ?? []) : [],
    );
    return toSelection(type, fields).steps.map(({ opening, constants }) =>
      constants ? `${opening}(${constants.shape}: ${constants.steps.map((step) => step.opening).join(' ')})` : opening,
    );
  }

  test.each<[string, readonly string[]]>([
    ['{ a b }', ['(Thing a b: "a": ,"b":)']],
    ['{ a x: b __typename }', ['(Thing a x:b __typename: "a": ,"x": ,"__typename":)']],
    ['{ a }', ['"a":']],
    ['{ id page }', ['(Thing id: "id":)', ',"page":']],
    ['{ a page b }', ['"a":', ',"page":', ',"b":']],
    ['{ page a b page2: page }', ['"page":', ',(Thing a b: "a": ,"b":)', ',"page2":']],
    ['{ a list b other { a } }', ['"a":', ',"list":', ',"b":', ',"other":']],
  ])('%s: neighbours are one step', (selection, expected) => {
    expect(stepsOf('Thing', selection)).toEqual(expected);
  });

  test('are those of marked types only', () => {
    expect(stepsOf('Other', '{ a b }')).toEqual(['"a":', ',"b":']);
  });
});
