import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import { describe, expect, jest, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createErrorFormatter } from './errors.ts';

const CANARY = 'CANARY-token-4711';
const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

/** Returns the response when a resolver throws this, and the errors that were reported as unexpected. */
async function executeWithError(
  thrown: unknown,
  query = '{ field }',
  options: Partial<ApolloServerOptions<object>> = {},
) {
  const onUnexpectedError = jest.fn();
  const server = new ApolloServer({
    typeDefs: 'type Query { field(n: Int): String, other: String }',
    resolvers: {
      Query: {
        field: () => {
          throw thrown;
        },
        other: () => 'fine',
      },
    },
    formatError: createErrorFormatter(onUnexpectedError),
    includeStacktraceInErrorResponses: true,
    ...(options as object),
  });
  const { body, http } = await server.executeOperation({ query });
  if (body.kind !== 'single') throw new Error('expected a single result');
  const { data, errors = [] } = body.singleResult;
  return {
    text: JSON.stringify(body.singleResult),
    data,
    errors,
    http,
    reported: onUnexpectedError.mock.calls.map(([reportedError]) => reportedError),
  };
}

describe('unexpected errors', () => {
  const withCode = Object.assign(new Error(CANARY), { code: 'FORBIDDEN', extensions: { code: 'FORBIDDEN' } });
  test.each<[string, unknown]>([
    ['an error', new Error(`connect to ${CANARY} failed`)],
    ['a TypeError', new TypeError(CANARY)],
    ['an error with a cause', new Error('outer', { cause: new Error(CANARY) })],
    ['an error with a public code that is not a GraphQLError', withCode],
    ['a string', CANARY],
    ['an object', { secret: CANARY }],
    ['undefined', undefined],
    ['a GraphQLError without a code', new GraphQLError(CANARY)],
    ['a GraphQLError with an unknown code', new GraphQLError(CANARY, { extensions: { code: 'DB_DOWN', dsn: CANARY } })],
  ])('masks %s that a resolver throws, and reports it', async (_name, thrown) => {
    const { text, errors, data, reported } = await executeWithError(thrown, '{ field other }');
    expect(text).not.toContain('CANARY');
    expect(text).not.toContain('stack');
    expect(errors).toEqual([
      {
        message: 'Internal server error',
        path: ['field'],
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ]);
    expect({ ...data }).toEqual({ field: null, other: 'fine' });
    expect(reported).toHaveLength(1);
  });

  test('reports the original error as unexpected', async () => {
    const error = new Error(CANARY);
    expect((await executeWithError(error)).reported).toEqual([error]);
  });
});

describe('vendor errors', () => {
  test('returns the message, code, vendor, account and reason of a VendorError', async () => {
    const error = new VendorError(target, 'VENDOR_RATE_LIMITED', 'The vendor’s rate limit is exceeded (HTTP 429)', {
      status: 429,
      reason: 'status_429',
      retryAfterSeconds: 7,
    });
    const { errors, reported, text } = await executeWithError(error);
    expect(errors).toEqual([
      {
        message: 'The vendor’s rate limit is exceeded (HTTP 429)',
        path: ['field'],
        locations: [{ line: 1, column: 3 }],
        extensions: {
          code: 'VENDOR_RATE_LIMITED',
          vendor: 'KORE',
          account: 'kore-main',
          retryable: true,
          retryAfterSeconds: 7,
          reason: 'status_429',
        },
      },
    ]);
    expect(text).not.toContain('stack');
    expect(reported).toEqual([]);
  });

  test('omits the extensions that a VendorError does not have', async () => {
    const { errors } = await executeWithError(new VendorError(target, 'NOT_FOUND', 'no'));
    expect(errors[0]?.extensions).toEqual({
      code: 'NOT_FOUND',
      vendor: 'KORE',
      account: 'kore-main',
      retryable: false,
    });
  });

  test.each([
    'VENDOR_UNAVAILABLE',
    'VENDOR_TIMEOUT',
    'VENDOR_AUTH_FAILED',
    'VENDOR_REJECTED',
    'VENDOR_BAD_RESPONSE',
  ] as const)('keeps the status of the response for %s', async (code) => {
    const { http, errors } = await executeWithError(new VendorError(target, code, 'no', { status: 503 }));
    expect(http.status).toBeUndefined();
    expect(errors[0]?.extensions).toMatchObject({ code });
    expect(errors[0]?.extensions).not.toHaveProperty('http');
    expect(errors[0]?.extensions).not.toHaveProperty('status');
  });

  test('truncates the message of a VendorError after 300 characters', async () => {
    const { errors } = await executeWithError(new VendorError(target, 'VENDOR_REJECTED', 'x'.repeat(1000)));
    expect(errors[0]?.message).toBe(`${'x'.repeat(299)}…`);
  });
});

test('a document whose fields take too long to compare is QUERY_TOO_COMPLEX', async () => {
  const { errors, reported } = await executeWithError(null, `{ ${'other '.repeat(2000)} }`);
  expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
  expect(errors[0]?.message).toContain('same response name');
  expect(reported).toEqual([]);
});

test('names the argument of an InvalidInputError', async () => {
  const { errors, reported } = await executeWithError(new InvalidInputError('during.from', 'must be before `to`'));
  expect(errors[0]).toMatchObject({
    message: 'during.from: must be before `to`',
    extensions: { code: 'BAD_USER_INPUT', argument: 'during.from' },
  });
  expect(reported).toEqual([]);
});

describe('errors that are meant for callers', () => {
  test.each(['FORBIDDEN', 'QUERY_TOO_COMPLEX', 'BAD_USER_INPUT'])(
    'passes a GraphQLError with code %s on, without the HTTP status of a field',
    async (code) => {
      const { errors, text, reported } = await executeWithError(
        new GraphQLError('a reason', { extensions: { code, limit: 5, http: { status: 418 } } }),
      );
      expect(errors[0]).toMatchObject({ message: 'a reason', extensions: { code, limit: 5 } });
      expect(errors[0]?.extensions).not.toHaveProperty('http');
      expect(text).not.toContain('stacktrace');
      expect(reported).toEqual([]);
    },
  );

  test.each([
    ['a document that does not parse', '{ field', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an argument of the wrong type', '{ field(n: "x") }', 'GRAPHQL_VALIDATION_FAILED'],
    ['two operations without operationName', 'query A { field } query B { field }', 'OPERATION_RESOLUTION_FAILURE'],
    ['a missing variable', 'query ($n: Int!) { field(n: $n) }', 'BAD_USER_INPUT'],
  ])('passes the error for %s on', async (_name, query, code) => {
    const { errors, text, reported } = await executeWithError(new Error(CANARY), query);
    expect(errors[0]?.extensions).toEqual({ code });
    expect(errors[0]?.message).not.toBe('');
    expect(text).not.toContain('stack');
    expect(reported).toEqual([]);
  });
});
