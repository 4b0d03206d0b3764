import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { settingsShape } from '../config/settings.ts';
import { checkDocuments } from './check-documents.ts';

const schema = buildSchema('type Query { a: Query b: Int }');
const limits = settingsShape.limits.parse({ maxDepth: 3 });

function check(text: string) {
  const { documents, invalid } = checkDocuments(new Map([['id', text]]), schema, limits);
  return { name: documents.get('id')?.operationName, invalid };
}

test('returns every document with the name of its operation, for the log', () => {
  expect(check('query Named { b }')).toEqual({ name: 'Named', invalid: [] });
  expect(check('{ b }')).toEqual({ name: null, invalid: [] });
  expect(check('query One { b } query Two { b }')).toEqual({ name: null, invalid: [] });
});

test.each([
  ['query Broken {', /Syntax Error/, null],
  ['query Old { removed }', /Cannot query field "removed"/, 'Old'],
  ['query Deep { a { a { a { b } } } }', /4 levels of fields/, 'Deep'],
  [`query Long { ${'b '.repeat(2000)} }`, /token/, null],
])('reports %.12s…, and keeps it', (text, problem, name) => {
  expect(check(text)).toEqual({ name, invalid: [{ id: 'id', problem: expect.stringMatching(problem) }] });
});
