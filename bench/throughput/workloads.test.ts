import { expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { readSchemaText } from '../../test/support/schema-text.ts';
import { AGENT_COUNT, repeatedWorkloads, withoutIds } from './workloads.ts';

test('are valid queries of the gateway', () => {
  const schema = buildSchema(readSchemaText());
  for (const { query } of repeatedWorkloads('2026-11-20')) expect(validate(schema, parse(query))).toEqual([]);
});

test('draw W3 from all agents', () => {
  const keys = repeatedWorkloads('2026-11-20')[2]?.variables.map((variables) => JSON.stringify(variables));
  expect(new Set(keys).size).toBe(AGENT_COUNT);
});

test('compare answers without their ids', () => {
  expect(withoutIds({ a: { id: 'x', b: 1 } })).toBe('{"a":{"b":1}}');
});
