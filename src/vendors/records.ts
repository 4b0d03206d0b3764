import { z } from 'zod';

/** In a list of fewer a single record would be more than the share that may be unreadable. */
const FEW = 5;
const SHARE = 0.2;

/** Reading takes some microseconds a record, in one go; no vendor's honest list comes near. */
const MOST_RECORDS = 10_000;

/** A list whose length is looked at before its records are. */
export function listOf<Form extends z.ZodType>(form: Form) {
  const isShort = (list: unknown): boolean => !Array.isArray(list) || list.length <= MOST_RECORDS;
  return z.unknown().refine(isShort, `must hold ${MOST_RECORDS} records at most`).pipe(z.array(form));
}

/**
 * A list of which a record of another form does not cost the others: it stands there as null, so that it can be said that one
 * is missing. With more than a fifth of them (of a few: all), it is the list that is of another form.
 */
export function recordsOf<Form extends z.ZodType>(form: Form) {
  return listOf(form.nullable().catch(null)).refine((records) => {
    const unreadable = records.filter((record) => record === null).length;
    return records.length < FEW
      ? records.length === 0 || unreadable < records.length
      : unreadable <= records.length * SHARE;
  }, 'must hold records that can be read');
}

/** A field that the rest can do without: of another form it is as if it were not there. */
export function optional<Form extends z.ZodType>(form: Form) {
  return form.nullish().catch(undefined);
}
