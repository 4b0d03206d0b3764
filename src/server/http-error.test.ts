import { expect, test } from '@jest/globals';
import { formatErrorBody, HttpError } from './http-error.ts';

test('creates an HTTP error without headers and limit by default', () => {
  const error = new HttpError(404, 'NOT_FOUND', 'Not found.');
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'HttpError',
    status: 404,
    code: 'NOT_FOUND',
    message: 'Not found.',
    headers: {},
    limit: null,
  });
});

test('formats an error body in the shape of a GraphQL error', () => {
  expect(formatErrorBody('NOT_FOUND', 'No "x".')).toBe(
    '{"errors":[{"message":"No \\"x\\".","extensions":{"code":"NOT_FOUND"}}]}\n',
  );
});
