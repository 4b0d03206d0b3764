import type { TraceAttributes } from '../domain/trace-span.ts';
import { isNotFound, VendorError } from '../domain/vendor-error.ts';
import type { ReadOutcome } from './freshness.ts';

/** Counts the keys of a read by how they were answered, for its span. */
export function countOutcomes(outcomes: readonly ReadOutcome[]): TraceAttributes {
  const counts = { hits: 0, stale: 0, misses: 0, errors: 0 };
  for (const outcome of outcomes) counts[classify(outcome)] += 1;
  return {
    'switchboard.keys': outcomes.length,
    'switchboard.cache.hits': counts.hits,
    'switchboard.cache.stale': counts.stale,
    'switchboard.cache.misses': counts.misses,
    'switchboard.cache.errors': counts.errors,
  };
}

/** That an agent does not exist is an answer. */
function classify({ result, servedFrom, isExpired }: ReadOutcome): 'hits' | 'stale' | 'misses' | 'errors' {
  if (result instanceof VendorError && !isNotFound(result)) return 'errors';
  if (servedFrom === 'VENDOR') return 'misses';
  return isExpired ? 'stale' : 'hits';
}
