import { z } from 'zod';
import type { Instant } from '../../domain/clock.ts';
import { isInstant, SECOND } from '../../domain/time.ts';
import { tolerantArray } from '../tolerant-schema.ts';

/**
 * The fields that are read of Avaamo's responses, and the formats in which they are accepted. Sources:
 * https://docs.avaamo.com/user-guide/ref/avaamo-platform-api-documentation/analytics-api/usage.md and, next to it,
 * agent-intervention.md. Other fields are dropped, so that they are neither cached nor returned.
 */

/** The maximum of GraphQL's Int. */
const MAX_COUNT = 2 ** 31 - 1;

/** Whether a number can be a count. */
export function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_COUNT;
}

/** Seconds with a fraction ("end_time": 1586540399.8888888 in the samples); fractions of a millisecond are cut off. */
export function toInstant(seconds: number): Instant {
  return Math.trunc(seconds * SECOND);
}

/** Typed "Integer". */
const countSchema = z.number().refine(isCount);
/** "Unix epoch timestamp": seconds, with a fraction in the nine parts. */
const secondsSchema = z.number().refine((value) => isInstant(toInstant(value)));

/** A number, or a number in quotes. */
function numberOrNumericString(schema: z.ZodNumber) {
  const digitsSchema = z.string().regex(/^\d{1,12}(\.\d+)?$/);
  return z.union([schema, digitsSchema.transform(Number).pipe(schema)]);
}

const UNREADABLE = 'unreadable';
const unreadableSchema = z.unknown().transform((): typeof UNREADABLE => UNREADABLE);

/** An optional field; a value of the wrong form is marked, so that its absence can be reported. */
function markIfUnreadable<Form extends z.ZodType>(form: Form) {
  return z.union([form.nullish(), unreadableSchema]);
}

/** The cached format: a count that is missing or invalid is unknown. */
const STORED_FIELDS = { seconds: secondsSchema, count: countSchema.nullish(), rate: z.number().nullish() };
/** The format of responses. A rate is typed "Integer", but sent with decimals, and null where there were no messages. */
const RESPONSE_FIELDS = {
  seconds: numberOrNumericString(secondsSchema),
  count: markIfUnreadable(numberOrNumericString(countSchema)),
  rate: markIfUnreadable(numberOrNumericString(z.number())),
};

interface FieldSchemas<Seconds, Count, Rate> {
  readonly seconds: Seconds;
  readonly count: Count;
  readonly rate: Rate;
}

function createUsageSpanSchema<S extends z.ZodType, C extends z.ZodType, R extends z.ZodType>(
  kinds: FieldSchemas<S, C, R>,
) {
  const { seconds, count, rate } = kinds;
  return z.object({
    start_time: seconds,
    end_time: seconds,
    session_count: count,
    messages_count: count,
    unhandled_messages_count: count,
    successful_responses_count: count,
    ambiguous_messages_count: count,
    success_rate_count: count,
    success_rate: rate,
  });
}

function createInterventionSpanSchema<S extends z.ZodType, C extends z.ZodType, R extends z.ZodType>(
  kinds: FieldSchemas<S, C, R>,
) {
  const { seconds, count } = kinds;
  return z.object({ start_time: seconds, end_time: seconds, interventions_count: count, users_count: count });
}

function createStoredSchema<Span extends z.ZodType>(span: Span) {
  return z.object({
    /** Null for a response without totals. */
    aggregate_stats: span.nullable(),
    previous_interval_stats: span.nullable(),
    stats: z.array(span),
    /** Whether every part and field of the response could be read; unreadable ones are left out. */
    isComplete: z.boolean(),
  });
}

/** `{}` means that there is nothing: a bot without traffic, or without a previous interval. */
const nothingSchema = z.strictObject({}).transform(() => null);

/** "stats … is an array of 9 elements"; any other number is accepted. With unreadable totals, the response is invalid. */
function createResponseSchema<Span extends z.ZodType>(span: Span) {
  return z.object({
    aggregate_stats: z.union([nothingSchema, span]),
    previous_interval_stats: z.union([nothingSchema, span.nullish(), unreadableSchema]),
    stats: tolerantArray(span).nullish(),
  });
}

/** A span with its fields as they were read. */
type ReadSpan<Span> = { readonly [Name in keyof Span]: Span[Name] | typeof UNREADABLE };

function dropUnreadable<Span extends object>(response: {
  readonly aggregate_stats: ReadSpan<Span> | null;
  readonly previous_interval_stats?: ReadSpan<Span> | typeof UNREADABLE | null | undefined;
  readonly stats?: readonly (ReadSpan<Span> | null)[] | null | undefined;
}) {
  let unreadable = 0;
  const readSpan = (span: ReadSpan<Span> | typeof UNREADABLE | null): Span | null => {
    if (span === null) return null;
    if (span === UNREADABLE) {
      unreadable += 1;
      return null;
    }
    const fields = Object.entries<unknown>(span).map(([name, value]) => {
      if (value !== UNREADABLE) return [name, value] as const;
      unreadable += 1;
      return [name, null] as const;
    });
    return Object.fromEntries(fields) as Span;
  };
  const { aggregate_stats, previous_interval_stats = null, stats } = response;
  const parts = {
    aggregate_stats: readSpan(aggregate_stats),
    previous_interval_stats: readSpan(previous_interval_stats),
    stats: (stats ?? []).map((span) => readSpan(span ?? UNREADABLE)).filter((span) => span !== null),
  };
  return {
    ...parts,
    isComplete: unreadable === 0,
    /** The number of parts and fields that were left out; not cached. */
    unreadable,
  };
}

export const storedUsageSchema = createStoredSchema(createUsageSpanSchema(STORED_FIELDS));
export type StoredUsage = z.infer<typeof storedUsageSchema>;
export type UsageSpan = StoredUsage['stats'][number];
export const usageResponseSchema = createResponseSchema(createUsageSpanSchema(RESPONSE_FIELDS)).transform(
  dropUnreadable<UsageSpan>,
);

export const storedInterventionsSchema = createStoredSchema(createInterventionSpanSchema(STORED_FIELDS));
export type StoredInterventions = z.infer<typeof storedInterventionsSchema>;
export type InterventionSpan = StoredInterventions['stats'][number];
export const interventionsResponseSchema = createResponseSchema(
  createInterventionSpanSchema(RESPONSE_FIELDS),
).transform(dropUnreadable<InterventionSpan>);
