import { z } from 'zod';

/** In a list of fewer a single record would be more than the share that may be unreadable. */
const MIN_LENGTH_FOR_RATIO = 5;
const MAX_UNREADABLE_RATIO = 0.2;

/** Reading takes some microseconds a record, in one go; no vendor's honest list comes near. */
const MAX_RECORDS = 10_000;

/** A list whose length is looked at before its records are. */
export function boundedArray<Form extends z.ZodType>(schema: Form) {
  const isWithinLimit = (list: unknown): boolean => !Array.isArray(list) || list.length <= MAX_RECORDS;
  return z.unknown().refine(isWithinLimit, `must hold ${MAX_RECORDS} records at most`).pipe(z.array(schema));
}

/**
 * A list of which a record of another form does not cost the others: it stands there as null, so that it can be said that one
 * is missing. With more than a fifth of them (of a few: all), it is the list that is of another form.
 */
export function tolerantArray<Form extends z.ZodType>(schema: Form) {
  return boundedArray(schema.nullable().catch(null)).refine((records) => {
    const unreadableCount = records.filter((record) => record === null).length;
    return records.length < MIN_LENGTH_FOR_RATIO
      ? records.length === 0 || unreadableCount < records.length
      : unreadableCount <= records.length * MAX_UNREADABLE_RATIO;
  }, 'must hold records that can be read');
}

/** A field that the rest can do without: of another form it is as if it were not there. */
export function lenient<Form extends z.ZodType>(schema: Form) {
  return schema.nullish().catch(undefined);
}
