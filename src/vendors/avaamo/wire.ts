import { z } from 'zod';
import type { Instant } from '../../domain/clock.ts';
import { SECOND, isInstant } from '../../domain/time.ts';
import { optional, recordsOf } from '../records.ts';

/**
 * What is read of Avaamo's answers, and in which forms it is accepted. Sources:
 * https://docs.avaamo.com/user-guide/ref/avaamo-platform-api-documentation/analytics-api/usage.md and, beside it,
 * agent-intervention.md. Fields that are not read are dropped, so that they are neither kept nor passed on.
 */

/** What an answer can tell, too: GraphQL's Int. */
const MOST = 2 ** 31 - 1;

/** Whether a number can be a count of something. */
export function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MOST;
}

/** Seconds with a fraction ("end_time": 1586540399.8888888 in the samples); what is finer than a millisecond is cut off. */
export function instantOf(seconds: number): Instant {
  return Math.trunc(seconds * SECOND);
}

/** Typed "Integer". */
const count = z.number().refine(isCount);
/** "Unix epoch timestamp": seconds, with a fraction in the nine parts. */
const seconds = z.number().refine((value) => isInstant(instantOf(value)));

/** A number, or one in quotes. */
function quoted(form: z.ZodNumber) {
  const digits = z.string().regex(/^\d{1,12}(\.\d+)?$/);
  return z.union([form, digits.transform(Number).pipe(form)]);
}

/** As it is kept: a count that was not sent, or not as a count, is not known. */
const KEPT = { seconds, count: count.nullish(), rate: z.number().nullish() };
/** As it is understood. A rate is typed "Integer", but sent with decimals, and null where nothing was asked. */
const SENT = { seconds: quoted(seconds), count: optional(quoted(count)), rate: optional(quoted(z.number())) };

interface Kinds<Seconds, Count, Rate> {
  readonly seconds: Seconds;
  readonly count: Count;
  readonly rate: Rate;
}

function usageSpan<S extends z.ZodType, C extends z.ZodType, R extends z.ZodType>(kinds: Kinds<S, C, R>) {
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

function interventionSpan<S extends z.ZodType, C extends z.ZodType, R extends z.ZodType>(kinds: Kinds<S, C, R>) {
  const { seconds, count } = kinds;
  return z.object({ start_time: seconds, end_time: seconds, interventions_count: count, users_count: count });
}

function kept<Span extends z.ZodType>(span: Span) {
  return z.object({
    aggregate_stats: span,
    previous_interval_stats: span.nullable(),
    stats: z.array(span),
    /** Whether nothing else was sent: what could not be read is left out. */
    isWhole: z.boolean(),
  });
}

const UNREADABLE = 'unreadable';
const unreadable = z.unknown().transform((): typeof UNREADABLE => UNREADABLE);

/** "stats … is an array of 9 elements"; any other number is taken as it comes. Without the totals there is no answer. */
function sent<Span extends z.ZodType>(span: Span) {
  return z.object({
    aggregate_stats: span,
    previous_interval_stats: z.union([span.nullish(), unreadable]),
    stats: recordsOf(span).nullish(),
  });
}

function readable<Span>(reply: {
  readonly aggregate_stats: Span;
  readonly previous_interval_stats?: Span | typeof UNREADABLE | null | undefined;
  readonly stats?: readonly (Span | null)[] | null | undefined;
}) {
  const { aggregate_stats, previous_interval_stats: before = null, stats } = reply;
  const parts = (stats ?? []).filter((part) => part !== null);
  return {
    aggregate_stats,
    previous_interval_stats: before === UNREADABLE ? null : before,
    stats: parts,
    isWhole: before !== UNREADABLE && parts.length === (stats ?? []).length,
  };
}

export const usage = kept(usageSpan(KEPT));
export type Usage = z.infer<typeof usage>;
export type UsageSpan = Usage['aggregate_stats'];
export const usageReply = sent(usageSpan(SENT)).transform(readable<UsageSpan>);

export const interventions = kept(interventionSpan(KEPT));
export type Interventions = z.infer<typeof interventions>;
export type InterventionSpan = Interventions['aggregate_stats'];
export const interventionReply = sent(interventionSpan(SENT)).transform(readable<InterventionSpan>);
