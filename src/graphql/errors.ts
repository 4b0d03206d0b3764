import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { VendorError } from '../domain/vendor-error.ts';

/** What graphql-js says where comparing the fields of a document that may be merged takes too long. */
const VALIDATION_ABORTED = 'Validation aborted.';

/** Longer messages are truncated. */
const MAX_MESSAGE_LENGTH = 300;

/** Codes of errors whose messages are meant for callers: the gateway's own, those of graphql-js on the document, Apollo's on the request. */
const PUBLIC_ERROR_CODES: ReadonlySet<unknown> = new Set([
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
 * Creates the formatter of errors in responses. Vendor errors and invalid arguments are sent in full. Any other error that a
 * resolver throws is masked, because Apollo Server would send its message. The HTTP status is removed from every error: one
 * field must not decide the status of the whole response.
 */
export function createErrorFormatter(onUnexpectedError: (error: unknown) => void) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { locations, path } = formatted;
    const position = { ...(locations && { locations }), ...(path && { path }) };
    const original = unwrapResolverError(error);
    if (original instanceof VendorError) {
      return { ...position, message: truncate(original.message), extensions: toVendorExtensions(original) };
    }
    if (formatted.extensions?.code === 'GRAPHQL_VALIDATION_FAILED' && formatted.message === VALIDATION_ABORTED) {
      return {
        ...position,
        message: 'The query selects too many fields with the same response name: select each of them once',
        extensions: { code: 'QUERY_TOO_COMPLEX' },
      };
    }
    if (original instanceof InvalidInputError) {
      const { message, argument } = original;
      return { ...position, message: truncate(message), extensions: { code: 'BAD_USER_INPUT', argument } };
    }
    const { stacktrace: _stack, http: _http, ...publicExtensions } = formatted.extensions ?? {};
    const extensions = isBadUserInput(original) ? { ...publicExtensions, code: 'BAD_USER_INPUT' } : publicExtensions;
    // Only a GraphQLError is meant for callers; another error may have such a code by chance.
    if (original instanceof GraphQLError && PUBLIC_ERROR_CODES.has(extensions.code)) {
      return { ...position, message: truncate(formatted.message), extensions };
    }
    onUnexpectedError(original);
    return { ...position, message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
}

/** Whether a scalar rejected a value. For a literal in the document, Apollo Server reports an invalid document instead. */
function isBadUserInput(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false;
  return error.extensions.code === 'BAD_USER_INPUT' || isBadUserInput(error.originalError);
}

function toVendorExtensions(error: VendorError): Record<string, unknown> {
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

function truncate(message: string): string {
  return message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : message;
}
