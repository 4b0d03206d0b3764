import { describe, expect, test } from '@jest/globals';
import { buildSchema, Kind, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { readdirSync, readFileSync } from 'node:fs';
import { exampleVariables } from '../../src/graphiql/example-variables.ts';
import { readSchemaText } from '../support/schema-text.ts';

const QUERIES_FOLDER = new URL('../../examples/queries/', import.meta.url);
const NOW = Date.UTC(2026, 10, 20, 9, 30, 12, 345);

const schema = buildSchema(readSchemaText());
const names = readdirSync(QUERIES_FOLDER);
const read = (name: string) => readFileSync(new URL(name, QUERIES_FOLDER), 'utf8');

describe.each(names)('%s', (name) => {
  const document = parse(read(name));
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);

  test('is valid against the schema', () => {
    expect(validate(schema, document)).toEqual([]);
  });

  test('has a name, for its tab, and says what it is for', () => {
    expect(operation?.name?.value).toBeDefined();
    expect(read(name)).toMatch(/^# /);
  });

  test('can be run with the variables that the page fills in', () => {
    const { errors } = getVariableValues(schema, operation?.variableDefinitions ?? [], exampleVariables(NOW));
    expect(errors).toBeUndefined();
  });
});

test('the page opens a tab for every example', () => {
  const tabs = readFileSync(new URL('../../src/graphiql/example-tabs.ts', import.meta.url), 'utf8');
  for (const name of names) expect(tabs).toContain(`examples/queries/${name}`);
});

test('the variables name the time just before the opening', () => {
  expect(exampleVariables(NOW)).toEqual({
    day: { from: '2026-11-19T09:30:00.000Z', to: '2026-11-20T09:30:00.000Z' },
    week: { from: '2026-11-14', to: '2026-11-20', timeZone: 'UTC' },
  });
});
