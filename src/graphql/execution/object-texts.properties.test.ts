import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, execute, getOperationAST, GraphQLObjectType, parse } from 'graphql';
import { markConstantFields } from '../ast/constant-fields.ts';
import { createOperationPreparer } from '../ast/operation.ts';
import { executeOperation } from './execute-operation.ts';
import { ObjectTexts } from './object-texts.ts';

const schema = markConstantFields(createSchema(), { Thing: ['id'] });

function createSchema() {
  const built = buildSchema(`
    type Query { things: [Thing] allThings: [Thing!] thing: Thing! }
    type Thing { id: ID! name: String size: Int! ratio: Float wild: Boolean now: Int next: Thing }
  `);
  const type = built.getType('Thing');
  const fields = type instanceof GraphQLObjectType ? type.getFields() : {};
  if (fields.id) fields.id.resolve = ({ key }: { key: string }) => `id of ${key}`;
  if (fields.now) fields.now.resolve = (_source, _args, { now }: { now: number }) => now;
  return built;
}

/** What a vendor might send: texts of all kinds, and values that the schema does not allow. */
const things = fc.array(
  fc.record({
    key: fc.string({ unit: 'binary' }),
    name: fc.option(fc.string({ unit: 'binary' })),
    size: fc.oneof(
      { weight: 5, arbitrary: fc.nat() },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 'large', new Error('broken')) },
    ),
    ratio: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
    wild: fc.option(fc.boolean()),
  }),
  { minLength: 1, maxLength: 5 },
);
const fieldName = fc.constantFrom(
  'id',
  'name',
  'size',
  'ratio',
  'wild',
  'now',
  '__typename',
  'a: name',
  'b: id',
  'next { id name }',
);
const queries = fc
  .tuple(fc.constantFrom('things', 'allThings', 'thing'), fc.array(fieldName, { minLength: 1, maxLength: 8 }))
  .map(([root, names]) => `{ ${root} { ${names.join(' ')} } }`);

test('kept texts never change a response, whatever was asked before', async () => {
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(
      things,
      fc.boolean(),
      fc.array(queries, { minLength: 2, maxLength: 6 }),
      async (objects, hasNull, texts) => {
        const linked = objects.map((object): { next: unknown } => ({ ...object, next: null }));
        linked.forEach((object, index) => (object.next = linked[index + 1] ?? null));
        const list = hasNull ? [...linked, null] : linked;
        const rootValue = { things: list, allThings: list, thing: linked[0] };
        const objectTexts = new ObjectTexts(100_000);
        const prepare = createOperationPreparer();
        for (const [now, query] of [...texts, ...texts, ...texts].entries()) {
          const document = parse(query);
          const definition = getOperationAST(document);
          const operation = definition && prepare({ schema: withRoot(rootValue), document, definition }).operation;
          if (!operation) throw new Error('no operation');
          const standard = await execute({ schema: withRoot(rootValue), document, contextValue: { now } });
          const { data, errors } = await executeOperation(operation, { now }, objectTexts);
          expect(JSON.stringify({ errors, data })).toBe(
            JSON.stringify({ errors: standard.errors, data: standard.data }),
          );
          kept += 1;
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(kept).toBeGreaterThan(0);
});

/** The executor has no root value: its first fields have resolvers. */
function withRoot(rootValue: Readonly<Record<string, unknown>>) {
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const [name, field] of Object.entries(fields)) field.resolve = () => rootValue[name];
  return schema;
}
