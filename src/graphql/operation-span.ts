import type { TraceSpan } from '../domain/trace-span.ts';

/** A document may have a name of any length. */
const MAX_NAME_LENGTH = 64;

/**
 * Describes an operation on its span (https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/), without its text and its
 * variables, which may hold personal data.
 */
export function describeOperation(span: TraceSpan, type: string, name: string | undefined): void {
  const shownName = name?.slice(0, MAX_NAME_LENGTH);
  span.rename(shownName === undefined ? type : `${type} ${shownName}`);
  span.setAttributes({ 'graphql.operation.type': type, 'graphql.operation.name': shownName });
}
