import { VendorError } from '../domain/vendor-error.ts';
import type { BatchFetchFn, FetchEachFn, FetchOutcome } from './cache.ts';

/**
 * Fetches each key by a call of its own. The failure of one is its own, also one that is unexpected: it is thrown once all others have
 * been reported.
 */
export function toBatchFetch<Key, Value>(fetch: FetchEachFn<Key, Value>): BatchFetchFn<Key, Value> {
  return async (missing, context, onFetched) => {
    const unexpected: unknown[] = [];
    const fetching = missing.map((key) => {
      const report = (outcome: FetchOutcome<Value>): FetchOutcome<Value> => {
        onFetched(key, outcome);
        return outcome;
      };
      return fetch(key, context.forKeys([key])).then(report, (error: unknown) => {
        if (error instanceof VendorError) return report(error);
        unexpected.push(error);
        return undefined;
      });
    });
    const outcomes = await Promise.all(fetching);
    if (unexpected.length > 0) throw unexpected[0];
    return outcomes.filter((outcome) => outcome !== undefined);
  };
}
