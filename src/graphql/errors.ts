import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { InvalidInput } from '../domain/invalid-input.ts';
import { VendorError } from '../domain/vendor-error.ts';

/** No more of a message is ever sent. */
const LONGEST = 300;

/** Codes of errors whose messages are made for callers: our own, graphql-js's on the document, Apollo's on the request. */
const SPOKEN: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'QUERY_TOO_COMPLEX',
  'RATE_LIMITED',
  'OVERLOADED',
  'PAYLOAD_TOO_LARGE',
]);

/**
 * What callers get to read of an error. A vendor's failure and a bad argument are said in full; of anything else that a
 * resolver throws, only that it happened: Apollo by itself would send the message. No error carries an HTTP status of its
 * own, since one field must not decide over the whole answer's.
 */
export function createErrorFormatter(onUnexpected: (error: unknown) => void) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { locations, path } = formatted;
    const at = { ...(locations && { locations }), ...(path && { path }) };
    const original = unwrapResolverError(error);
    if (original instanceof VendorError) {
      return { ...at, message: shorten(original.message), extensions: vendorExtensions(original) };
    }
    if (original instanceof InvalidInput) {
      const { message, argument } = original;
      return { ...at, message: shorten(message), extensions: { code: 'BAD_USER_INPUT', argument } };
    }
    const { stacktrace: _stack, http: _http, ...given } = formatted.extensions ?? {};
    const extensions = saysBadInput(original) ? { ...given, code: 'BAD_USER_INPUT' } : given;
    // Only a GraphQLError is made for callers; any other may bear such a code by chance.
    if (original instanceof GraphQLError && SPOKEN.has(extensions.code)) {
      return { ...at, message: shorten(formatted.message), extensions };
    }
    onUnexpected(original);
    return { ...at, message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
}

/** Whether a scalar refused a value: written into the document, Apollo takes it for any invalid document. */
function saysBadInput(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false;
  return error.extensions.code === 'BAD_USER_INPUT' || saysBadInput(error.originalError);
}

function vendorExtensions(error: VendorError): Record<string, unknown> {
  const { code, vendor, account, retryable, retryAfterSeconds, reason } = error;
  return {
    code,
    vendor,
    account,
    retryable,
    ...(retryAfterSeconds !== null && { retryAfterSeconds }),
    ...(reason !== null && { reason }),
  };
}

function shorten(message: string): string {
  return message.length > LONGEST ? `${message.slice(0, LONGEST - 1)}…` : message;
}
