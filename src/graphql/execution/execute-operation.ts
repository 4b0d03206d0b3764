import type { GraphQLError } from 'graphql';
import { JsonText } from '../../domain/json-text.ts';
import type { MaybePromise } from '../../domain/maybe-promise.ts';
import type { PreparedOperation } from '../ast/operation.ts';
import { Execution } from './execution.ts';
import type { ObjectTexts } from './object-texts.ts';
import { isPromise } from './promises.ts';

/** What `execute` of graphql-js returns, with the data as JSON text. */
export interface ExecutedOperation {
  readonly errors?: readonly GraphQLError[];
  readonly data: JsonText | null;
}

/**
 * Executes a query, or a subscription for one event. Returns what `execute` of graphql-js returns for it: the same data, and the same errors in the same order.
 * Never throws or rejects.
 */
export function executeOperation(
  operation: PreparedOperation,
  contextValue: unknown,
  objectTexts: ObjectTexts,
): MaybePromise<ExecutedOperation> {
  const execution = new Execution(operation, contextValue, objectTexts);

  function respond(text: string | null): ExecutedOperation {
    const { errors } = execution.collectedErrors;
    const data = text === null ? null : new JsonText(text);
    return errors.length === 0 ? { data } : { errors, data };
  }
  function fail(error: unknown): ExecutedOperation {
    execution.collectedErrors.add(error as GraphQLError, undefined);
    return respond(null);
  }

  try {
    const data = execution.executeRoot();
    return isPromise(data) ? data.then(respond, fail) : respond(data);
  } catch (error) {
    return fail(error);
  }
}
