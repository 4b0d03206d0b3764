import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, Kind, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { exampleVariables } from '../../src/graphiql/example-variables.ts';
import { readSchemaText } from '../support/schema-text.ts';

const QUERIES_FOLDER = new URL('../../examples/queries/', import.meta.url);
const NOW = Date.UTC(2026, 10, 20, 9, 30, 12, 345);

const schema = buildSchema(readSchemaText());
const names = readdirSync(QUERIES_FOLDER);
function read(name: string) {
  return readFileSync(new URL(name, QUERIES_FOLDER), 'utf8');
}

describe.each(names)('example %s', (name) => {
  const document = parse(read(name));
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);

  test(`validates ${name} against the schema`, () => {
    expect(validate(schema, document)).toEqual([]);
  });

  test(`names ${name}, for its tab, and describes it in a comment`, () => {
    expect(operation?.name?.value).toBeDefined();
    expect(read(name)).toMatch(/^# /);
  });

  test(`accepts the variables that the page fills in for ${name}`, () => {
    const { errors } = getVariableValues(schema, operation?.variableDefinitions ?? [], exampleVariables(NOW));
    expect(errors).toBeUndefined();
  });
});

test.each(names.filter((name) => read(name).includes('agents(first: 200')))(
  'reports in %s whether agents follow',
  (name) => {
    expect(read(name)).toMatch(/pageInfo \{\s+hasNextPage\s+endCursor\s+\}/);
  },
);

test('selects no default page of agents, which would silently omit agents', () => {
  const withoutComments = (text: string) => text.replaceAll(/^#.*$/gm, '');
  for (const name of names) expect(withoutComments(read(name))).not.toMatch(/\bagents\((?!first: )/);
});

test('lists every example in the panel', () => {
  const list = readFileSync(new URL('../../src/graphiql/examples.ts', import.meta.url), 'utf8');
  for (const name of names) expect(list).toContain(`examples/queries/${name}`);
});

test('fills in variables for the time just before the page was opened', () => {
  expect(exampleVariables(NOW)).toEqual({
    day: { from: '2026-11-19T09:30:00.000Z', to: '2026-11-20T09:30:00.000Z' },
    lastWeek: { from: '2026-11-13T09:30:00.000Z', to: '2026-11-20T09:30:00.000Z' },
    week: { from: '2026-11-14', to: '2026-11-20', timeZone: 'UTC' },
  });
});
