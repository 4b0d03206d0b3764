import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInput } from '../domain/invalid-input.ts';
import { endpointUrl, pathPartProblem } from './path.ts';

const base = new URL('https://vendor.example/api/');

describe('a part of a path', () => {
  test('stays one part, whatever it holds, and can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (part) => {
        fc.pre(pathPartProblem(part) === null);
        const parts = endpointUrl(base, 'agents', part, 'end').pathname.split('/');
        expect(parts).toHaveLength(5);
        expect(decodeURIComponent(parts[3] ?? '')).toBe(part);
      }),
    );
  });

  test.each(['', '.', '..', 'a\tb', '\u0085', '\u007f', 'x\ud800', '\udc00x'])('cannot be %j', (part) => {
    expect(pathPartProblem(part)).toMatch(/^must/);
    expect(() => endpointUrl(base, part)).toThrow(InvalidInput);
  });

  test.each(['...', '%2e', 'a..b', '😀', '#', '?', '\\'])('can be %j', (part) => {
    expect(pathPartProblem(part)).toBeNull();
    expect(endpointUrl(base, part).pathname).toBe(`/api/${encodeURIComponent(part)}`);
  });
});

test('the base URL’s own path stays, with or without a slash at its end', () => {
  expect(endpointUrl(new URL('https://vendor.example/api'), 'a', 'b').href).toBe('https://vendor.example/api/a/b');
  expect(endpointUrl(new URL('https://vendor.example'), 'a').href).toBe('https://vendor.example/a');
  expect(base.href).toBe('https://vendor.example/api/');
});
