import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scanJson } from './json-scanner.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('scanJson', () => {
  test('finds where objects begin, by how deep they are', () => {
    const text = '{ "a": [{}, {"b": {}}], "c{": "{" }';
    expect(scanJson(text)).toEqual({ errorOffset: null, objectOffsets: [[0], undefined, [8, 12], [18]] });
  });

  test.each([
    ['a missing comma', '[1 2]', 3],
    ['a comma too many', '[1, ]', 4],
    ['a comma at the end of an object', '{"a":1,}', 7],
    ['a missing colon', '{"a" 1}', 5],
    ['a key without quotation marks', '{ a: 1}', 2],
    ['the wrong bracket', '[1}', 2],
    ['a text that is not closed', '["abc', 1],
    ['an end that is missing', '[1, ', 4],
    ['something after the end', '{} {}', 3],
    ['nothing at all', '  ', 2],
  ])('finds %s', (_, text, offset) => {
    expect(isJson(text)).toBe(false);
    expect(scanJson(text).errorOffset).toBe(offset);
  });

  test('accepts what JSON.parse accepts', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(scanJson(text).errorOffset).toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(scanJson(JSON.stringify(value, null, 2)).errorOffset).toBeNull();
      }),
    );
  });

  test('rejects what JSON.parse rejects', () => {
    const text = fc.string({
      unit: fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '-', 'null', ' ', '"', '\\'),
    });
    fc.assert(
      fc.property(text, (json) => {
        expect(scanJson(json).errorOffset === null).toBe(isJson(json));
      }),
      { numRuns: 2000 },
    );
  });
});
