import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { createEndpointUrl, pathSegmentProblem } from './endpoint-url.ts';

const base = new URL('https://vendor.example/api/');

describe('pathSegmentProblem and createEndpointUrl', () => {
  test('encode any valid text as exactly one path segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (part) => {
        fc.pre(pathSegmentProblem(part) === null);
        const parts = createEndpointUrl(base, 'agents', part, 'end').pathname.split('/');
        expect(parts).toHaveLength(5);
        expect(decodeURIComponent(parts[3] ?? '')).toBe(part);
      }),
    );
  });

  test.each(['', '.', '..', 'a\tb', '\u0085', '\u007f', 'x\ud800', '\udc00x'])(
    'reject %j as a path segment',
    (part) => {
      expect(pathSegmentProblem(part)).toMatch(/^must/);
      expect(() => createEndpointUrl(base, part)).toThrow(InvalidInputError);
    },
  );

  test.each(['...', '%2e', 'a..b', '😀', '#', '?', '\\'])('accept %j as a path segment', (part) => {
    expect(pathSegmentProblem(part)).toBeNull();
    expect(createEndpointUrl(base, part).pathname).toBe(`/api/${encodeURIComponent(part)}`);
  });
});

test('createEndpointUrl keeps the path of the base URL, with or without a trailing slash', () => {
  expect(createEndpointUrl(new URL('https://vendor.example/api'), 'a', 'b').href).toBe(
    'https://vendor.example/api/a/b',
  );
  expect(createEndpointUrl(new URL('https://vendor.example'), 'a').href).toBe('https://vendor.example/a');
  expect(base.href).toBe('https://vendor.example/api/');
});
