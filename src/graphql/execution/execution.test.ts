import { expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, type GraphQLObjectType, parse } from 'graphql';
import { markConstantFields } from '../ast/constant-fields.ts';
import { createOperationPreparer } from '../ast/operation.ts';
import { Execution } from './execution.ts';
import { ObjectTexts } from './object-texts.ts';

/** A schema of one object that is the same for every query; `calls` counts those of its resolvers. */
function setUp(thing: object) {
  const calls: string[] = [];
  const schema = buildSchema('type Query { thing: Thing } type Thing { id: ID name: String! now: Int }');
  const resolve = (typeName: string, name: string, value: () => unknown): void => {
    const field = (schema.getType(typeName) as GraphQLObjectType).getFields()[name];
    if (field)
      field.resolve = () => {
        calls.push(name);
        return value();
      };
  };
  resolve('Query', 'thing', () => thing);
  resolve('Thing', 'id', () => 'i');
  resolve('Thing', 'now', () => calls.length);
  markConstantFields(schema, { Thing: ['id'] });
  const objectTexts = new ObjectTexts(10_000);
  const prepare = createOperationPreparer();
  async function run(query: string) {
    const document = parse(query);
    const definition = getOperationAST(document);
    const operation = definition && prepare({ schema, document, definition }).operation;
    if (!operation) throw new Error('no operation');
    const execution = new Execution(operation, {}, objectTexts);
    const text = await execution.executeRoot();
    return { text, errors: execution.collectedErrors.errors.map(({ message }) => message) };
  }
  return { run, calls };
}

test('constant fields of an object are written once, also for another document that selects them', async () => {
  const { run, calls } = setUp({ name: 'n' });
  for (let nth = 0; nth < 4; nth++)
    expect((await run('{ thing { id name } }')).text).toBe('{"thing":{"id":"i","name":"n"}}');
  expect((await run('{ other: thing { id name } }')).text).toBe('{"other":{"id":"i","name":"n"}}');
  // The shape is new in the first one, and the object in the second.
  expect(calls.filter((name) => name === 'id')).toHaveLength(3);
});

test('what is not constant is written each time', async () => {
  const { run } = setUp({ name: 'n' });
  for (let nth = 0; nth < 3; nth++) await run('{ thing { id name } }');
  const texts = [await run('{ thing { id name now } }'), await run('{ thing { id name now } }')].map(
    ({ text }) => text,
  );
  expect(new Set(texts).size).toBe(2);
});

test('an error is reported each time', async () => {
  const { run } = setUp({ name: null });
  const outcomes = [];
  for (let nth = 0; nth < 4; nth++) outcomes.push(await run('{ thing { id name } }'));
  const expected = { text: '{"thing":null}', errors: ['Cannot return null for non-nullable field Thing.name.'] };
  expect(outcomes).toEqual([expected, expected, expected, expected]);
});
