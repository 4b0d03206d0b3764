import { describe, expect, test } from '@jest/globals';
import { compareSchemas, parseReleasedSchema, printReleasedSchema } from './compare-schemas.ts';

const SDL = 'enum Color { RED GREEN } type Query { a(id: ID): Int b: String! color: Color }';

function compare(sdl: string, version: string, releasedVersion = '1.4.2') {
  return compareSchemas({ sdl: SDL, version: releasedVersion }, { sdl, version });
}

describe('compareSchemas', () => {
  test.each([
    ['the same schema', SDL],
    ['a new field', SDL.replace('b: String!', 'b: String! c: Int')],
    ['a deprecated field', SDL.replace('b: String!', 'b: String! @deprecated(reason: "use a")')],
  ])('accepts %s in the same version', (_, sdl) => {
    expect(compare(sdl, '1.4.2')).toEqual({ problem: null, breaking: [], dangerous: [] });
  });

  test.each([
    ['a removed field', SDL.replace('b: String!', ''), 'Query.b was removed'],
    ['a field that may be null', SDL.replace('String!', 'String'), 'Query.b changed type from String! to String'],
    ['another type', SDL.replace('Int', 'Float'), 'Query.a changed type from Int to Float'],
    ['a required argument', SDL.replace('id: ID', 'id: ID!'), 'has changed type from ID to ID!'],
    ['a removed value of an enum', SDL.replace('GREEN ', ''), 'GREEN was removed from enum type Color'],
    ['a removed type', 'type Query { a(id: ID): Int b: String! color: Int }', 'Color was removed'],
  ])('rejects %s without a major version', (_, sdl, description) => {
    for (const version of ['1.4.2', '1.4.3', '1.5.0']) {
      const { problem, breaking } = compare(sdl, version);
      expect(breaking.join('\n')).toContain(description);
      expect(problem).toContain(`now ${version}, last released 1.4.2`);
    }
    expect(compare(sdl, '2.0.0').problem).toBeNull();
  });

  test('counts the minor version as the major one below 1.0.0, as npm does', () => {
    const sdl = SDL.replace('b: String!', '');
    expect(compare(sdl, '0.1.1', '0.1.0').problem).not.toBeNull();
    expect(compare(sdl, '0.2.0', '0.1.0').problem).toBeNull();
    expect(compare(sdl, '1.0.0', '0.1.0').problem).toBeNull();
  });

  test('reports what may surprise clients, and accepts it', () => {
    const result = compare(SDL.replace('GREEN', 'GREEN BLUE'), '1.4.2');
    expect(result).toEqual({ problem: null, breaking: [], dangerous: [expect.stringContaining('BLUE was added')] });
  });
});

describe('the file of the released schema', () => {
  test('keeps the schema with the version that it was released in', () => {
    const text = printReleasedSchema({ sdl: SDL, version: '1.4.2' });
    expect(parseReleasedSchema(text)).toEqual({ sdl: expect.stringContaining(SDL), version: '1.4.2' });
  });

  test('is rejected without a version', () => {
    expect(() => parseReleasedSchema(SDL)).toThrow('has no version');
  });
});
