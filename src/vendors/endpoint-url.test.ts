import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { createEndpointUrl, createUrlTemplate, pathSegmentProblem } from './endpoint-url.ts';

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

test('createUrlTemplate makes the same URLs as createEndpointUrl', () => {
  const toUrl = createUrlTemplate(base, ['v0', 'a/key', null, 'end', null]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.integer(), (part, size) => {
      fc.pre(pathSegmentProblem(part) === null);
      const url = createEndpointUrl(base, 'v0', 'a/key', part, 'end', part);
      url.searchParams.set('size', String(size));
      url.searchParams.set('live', 'true');
      const { origin, protocol, hostname, port, pathname, search } = url;
      const parameters = [
        ['size', size],
        ['live', true],
      ] as const;
      expect(toUrl(part, parameters)).toEqual({ origin, protocol, hostname, port, pathname, search });
    }),
  );
  expect(toUrl('a', []).search).toBe('');
  expect(() => toUrl('..', [])).toThrow(InvalidInputError);
});
