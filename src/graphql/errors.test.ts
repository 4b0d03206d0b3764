import { describe, expect, jest, test } from '@jest/globals';
import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createErrorFormatter } from './errors.ts';

const CANARY = 'CANARY-token-4711';
const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

/** What a caller is sent when a resolver throws this, and what the log was told. */
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
  if (body.kind !== 'single') throw new Error('one answer was expected');
  const { data, errors = [] } = body.singleResult;
  return {
    text: JSON.stringify(body.singleResult),
    data,
    errors,
    http,
    reported: onUnexpectedError.mock.calls.map(([reportedError]) => reportedError),
  };
}

describe('what nobody meant to be read', () => {
  const withCode = Object.assign(new Error(CANARY), { code: 'FORBIDDEN', extensions: { code: 'FORBIDDEN' } });
  test.each<[string, unknown]>([
    ['an error', new Error(`connect to ${CANARY} failed`)],
    ['a TypeError', new TypeError(CANARY)],
    ['an error with a cause', new Error('outer', { cause: new Error(CANARY) })],
    ['an error that pretends to have a code', withCode],
    ['a text', CANARY],
    ['an object', { secret: CANARY }],
    ['nothing', undefined],
    ['a GraphQLError without a code', new GraphQLError(CANARY)],
    [
      'a GraphQLError with a code of somebody else’s',
      new GraphQLError(CANARY, { extensions: { code: 'DB_DOWN', dsn: CANARY } }),
    ],
  ])('is not: %s', async (_name, thrown) => {
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

  test('but the log is told the error itself', async () => {
    const error = new Error(CANARY);
    expect((await executeWithError(error)).reported).toEqual([error]);
  });
});

describe('a vendor’s failure', () => {
  test('is said in full', async () => {
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

  test('says no more than there is to say', async () => {
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
  ] as const)('%s does not change the status of the answer', async (code) => {
    const { http, errors } = await executeWithError(new VendorError(target, code, 'no', { status: 503 }));
    expect(http.status).toBeUndefined();
    expect(errors[0]?.extensions).toMatchObject({ code });
    expect(errors[0]?.extensions).not.toHaveProperty('http');
    expect(errors[0]?.extensions).not.toHaveProperty('status');
  });

  test('is cut when it is long', async () => {
    const { errors } = await executeWithError(new VendorError(target, 'VENDOR_REJECTED', 'x'.repeat(1000)));
    expect(errors[0]?.message).toBe(`${'x'.repeat(299)}…`);
  });
});

test('a bad argument is named', async () => {
  const { errors, reported } = await executeWithError(new InvalidInputError('during.from', 'must be before `to`'));
  expect(errors[0]).toMatchObject({
    message: 'during.from: must be before `to`',
    extensions: { code: 'BAD_USER_INPUT', argument: 'during.from' },
  });
  expect(reported).toEqual([]);
});

describe('what is made for callers passes', () => {
  test.each(['FORBIDDEN', 'QUERY_TOO_COMPLEX', 'BAD_USER_INPUT'])(
    'our own %s, but no HTTP status of a field’s',
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
    ['a document that is none', '{ field', 'GRAPHQL_PARSE_FAILED'],
    ['a field that is none', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an argument of another type', '{ field(n: "x") }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an operation too many', 'query A { field } query B { field }', 'OPERATION_RESOLUTION_FAILURE'],
    ['a variable that is not given', 'query ($n: Int!) { field(n: $n) }', 'BAD_USER_INPUT'],
  ])('%s', async (_name, query, code) => {
    const { errors, text, reported } = await executeWithError(new Error(CANARY), query);
    expect(errors[0]?.extensions).toEqual({ code });
    expect(errors[0]?.message).not.toBe('');
    expect(text).not.toContain('stack');
    expect(reported).toEqual([]);
  });
});
