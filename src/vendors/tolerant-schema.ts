import { z } from 'zod';

/** In a shorter list, a single unreadable record would exceed the ratio. */
const MIN_LENGTH_FOR_RATIO = 5;
const MAX_UNREADABLE_RATIO = 0.2;

/** Validation takes some microseconds a record and blocks the event loop. No regular list of a vendor comes near. */
const MAX_RECORDS = 10_000;

/** A list whose length is checked before its records are parsed. */
export function boundedList<List extends z.ZodType>(list: List) {
  const isWithinLimit = (value: unknown): boolean => !Array.isArray(value) || value.length <= MAX_RECORDS;
  return z.unknown().refine(isWithinLimit, `must have at most ${MAX_RECORDS} records`).pipe(list);
}

/**
 * A list in which an invalid record does not invalidate the others: it becomes null, so that its absence can be reported.
 * The list itself is invalid if more than a fifth of its records are (in a list of less than five: all).
 */
export function tolerantArray<Form extends z.ZodType>(schema: Form) {
  return boundedList(z.array(schema.nullable().catch(null))).refine((records) => {
    const unreadableCount = records.filter((record) => record === null).length;
    return records.length < MIN_LENGTH_FOR_RATIO
      ? records.length === 0 || unreadableCount < records.length
      : unreadableCount <= records.length * MAX_UNREADABLE_RATIO;
  }, 'must have readable records');
}

/** An optional field: an invalid value counts as absent. */
export function lenient<Form extends z.ZodType>(schema: Form) {
  return schema.nullish().catch(undefined);
}
