import { describe, expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, type GraphQLObjectType, parse } from 'graphql';
import { createOperationPreparer, type PreparedOperation } from './operation.ts';

const schema = buildSchema('type Query { a(x: Int = 1): Query b: Query c(x: Int!): Int d: Int }');
const query = schema.getType('Query') as GraphQLObjectType;

function setUp(text: string) {
  const document = parse(text);
  const definition = getOperationAST(document);
  if (!definition) throw new Error('no operation');
  const prepareOperation = createOperationPreparer();
  return (variables: Record<string, unknown> = {}): PreparedOperation => {
    const { operation, errors } = prepareOperation({ schema, document, definition, variables });
    if (!operation) throw new Error(errors.join('\n'));
    return operation;
  };
}

function firstFieldOf(operation: PreparedOperation) {
  const field = operation.rootSelection()?.fields[0];
  if (!field) throw new Error('nothing is selected');
  return field;
}

describe('a prepared operation', () => {
  test('shares what it selects with every request that has the same text', () => {
    const prepare = setUp('query ($x: Int) { a(x: $x) { d } }');
    const [first, second] = [prepare({ x: 1 }), prepare({ x: 2 })];
    expect(first.rootSelection()).toBe(second.rootSelection());
    const field = firstFieldOf(first);
    expect(first.selectionOn(field, query)).toBe(second.selectionOn(field, query));
    expect([first.argumentsOf(field), second.argumentsOf(field)]).toEqual([{ x: 1 }, { x: 2 }]);
  });

  test('selects by the values of the variables in conditions, also below fields that are always selected', () => {
    const prepare = setUp('query ($yes: Boolean!) { a { d @include(if: $yes) b @skip(if: $yes) { d } } }');
    const selectedNames = (yes: boolean) => {
      const operation = prepare({ yes });
      return operation.selectionOn(firstFieldOf(operation), query).fields.map(({ name }) => name);
    };
    expect([selectedNames(true), selectedNames(false), selectedNames(true)]).toEqual([['d'], ['b'], ['d']]);
  });

  test('keeps few selections, however many values the conditions have', () => {
    const names = Array.from({ length: 6 }, (_, index) => `v${index}`);
    const declared = names.map((name) => `$${name}: Boolean!`).join(' ');
    const prepare = setUp(`query (${declared}) { ${names.map((name) => `${name}: d @skip(if: $${name})`).join(' ')} }`);
    const selections = Array.from({ length: 64 }, (_, bits) => {
      const variables = Object.fromEntries(names.map((name, index) => [name, ((bits >> index) & 1) === 1]));
      return { variables, selection: prepare(variables).rootSelection() };
    });
    const kept = selections.filter(({ variables, selection }) => prepare(variables).rootSelection() === selection);
    expect(kept.length).toBeLessThanOrEqual(16);
    for (const { variables, selection } of selections)
      expect(selection?.fields.map(({ responseName }) => responseName)).toEqual(
        names.filter((name) => variables[name] === false),
      );
  });

  test('coerces the arguments of a field once', () => {
    const operation = setUp('{ a { d } }')();
    const field = firstFieldOf(operation);
    expect(operation.argumentsOf(field)).toBe(operation.argumentsOf(field));
  });

  test('reports invalid variables instead', () => {
    expect(() => setUp('query ($x: Int!) { c(x: $x) }')({ x: 'one' })).toThrow('Variable "$x" got invalid value "one"');
  });
});
