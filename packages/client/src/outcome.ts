import { isPassing, RequestError } from './request-error.ts';
import type { QueryResult } from './response.ts';

/** An answer, or why there is none at the moment. */
export type Outcome<Data> =
  | { readonly result: QueryResult<Data>; readonly error: null }
  | { readonly result: null; readonly error: RequestError };

/** Returns a failure that passes as an outcome; throws one that stays, such as a wrong key or an invalid query. */
export function toFailure(error: unknown): { readonly result: null; readonly error: RequestError } {
  if (error instanceof RequestError && isPassing(error)) return { result: null, error };
  throw error;
}
