import { z } from 'zod';
import type { Instant } from '../../domain/clock.ts';
import { SECOND, isInstant } from '../../domain/time.ts';
import { lenient, tolerantArray } from '../tolerant-schema.ts';

/**
 * What is read of Avaamo's answers, and in which forms it is accepted. Sources:
 * https://docs.avaamo.com/user-guide/ref/avaamo-platform-api-documentation/analytics-api/usage.md and, beside it,
 * agent-intervention.md. Fields that are not read are dropped, so that they are neither kept nor passed on.
 */

/** What an answer can tell, too: GraphQL's Int. */
const MAX_COUNT = 2 ** 31 - 1;

/** Whether a number can be a count of something. */
export function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_COUNT;
}

/** Seconds with a fraction ("end_time": 1586540399.8888888 in the samples); what is finer than a millisecond is cut off. */
export function toInstant(seconds: number): Instant {
  return Math.trunc(seconds * SECOND);
}

/** Typed "Integer". */
const countSchema = z.number().refine(isCount);
/** "Unix epoch timestamp": seconds, with a fraction in the nine parts. */
const secondsSchema = z.number().refine((value) => isInstant(toInstant(value)));

/** A number, or one in quotes. */
function numberOrNumericString(schema: z.ZodNumber) {
  const digitsSchema = z.string().regex(/^\d{1,12}(\.\d+)?$/);
  return z.union([schema, digitsSchema.transform(Number).pipe(schema)]);
}

/** As it is kept: a count that was not sent, or not as a count, is not known. */
const STORED_FIELDS = { seconds: secondsSchema, count: countSchema.nullish(), rate: z.number().nullish() };
/** As it is understood. A rate is typed "Integer", but sent with decimals, and null where nothing was asked. */
const RESPONSE_FIELDS = {
  seconds: numberOrNumericString(secondsSchema),
  count: lenient(numberOrNumericString(countSchema)),
  rate: lenient(numberOrNumericString(z.number())),
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
    aggregate_stats: span,
    previous_interval_stats: span.nullable(),
    stats: z.array(span),
    /** Whether nothing else was sent: what could not be read is left out. */
    isComplete: z.boolean(),
  });
}

const UNREADABLE = 'unreadable';
const unreadableSchema = z.unknown().transform((): typeof UNREADABLE => UNREADABLE);

/** "stats … is an array of 9 elements"; any other number is taken as it comes. Without the totals there is no answer. */
function createResponseSchema<Span extends z.ZodType>(span: Span) {
  return z.object({
    aggregate_stats: span,
    previous_interval_stats: z.union([span.nullish(), unreadableSchema]),
    stats: tolerantArray(span).nullish(),
  });
}

function dropUnreadable<Span>(response: {
  readonly aggregate_stats: Span;
  readonly previous_interval_stats?: Span | typeof UNREADABLE | null | undefined;
  readonly stats?: readonly (Span | null)[] | null | undefined;
}) {
  const { aggregate_stats, previous_interval_stats: previous = null, stats } = response;
  const parts = (stats ?? []).filter((part) => part !== null);
  return {
    aggregate_stats,
    previous_interval_stats: previous === UNREADABLE ? null : previous,
    stats: parts,
    isComplete: previous !== UNREADABLE && parts.length === (stats ?? []).length,
  };
}

export const storedUsageSchema = createStoredSchema(createUsageSpanSchema(STORED_FIELDS));
export type StoredUsage = z.infer<typeof storedUsageSchema>;
export type UsageSpan = StoredUsage['aggregate_stats'];
export const usageResponseSchema = createResponseSchema(createUsageSpanSchema(RESPONSE_FIELDS)).transform(
  dropUnreadable<UsageSpan>,
);

export const storedInterventionsSchema = createStoredSchema(createInterventionSpanSchema(STORED_FIELDS));
export type StoredInterventions = z.infer<typeof storedInterventionsSchema>;
export type InterventionSpan = StoredInterventions['aggregate_stats'];
export const interventionsResponseSchema = createResponseSchema(
  createInterventionSpanSchema(RESPONSE_FIELDS),
).transform(dropUnreadable<InterventionSpan>);
