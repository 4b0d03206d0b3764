import { z } from 'zod';

/**
 * What is read of Avaamo's answers, and in which forms it is accepted. Sources:
 * https://docs.avaamo.com/user-guide/ref/avaamo-platform-api-documentation/analytics-api/usage.md and, beside it,
 * agent-intervention.md. Fields that are not read are dropped, so that they are neither kept nor passed on.
 */

/** What an answer can tell, too: GraphQL's Int. */
const MOST = 2 ** 31 - 1;

/** Typed "Integer". Digits in quotes do as well; a count that is not sent is not known. */
const count = z
  .union([
    z.int().min(0).max(MOST),
    z
      .string()
      .regex(/^\d+$/)
      .refine((digits) => Number(digits) <= MOST),
  ])
  .nullish();

/** Typed "Integer", but sent with decimals, and null where nothing was asked. */
const rate = z.union([z.number(), z.string().regex(/^\d{1,9}(\.\d+)?$/)]).nullish();

/** "Unix epoch timestamp": seconds, with a fraction in the nine parts. The bounds are those of a date. */
const seconds = z.union([z.number().min(-8.64e12).max(8.64e12), z.string().regex(/^\d{1,12}(\.\d+)?$/)]);

const span = z.object({ start_time: seconds, end_time: seconds });

const usageSpan = span.extend({
  session_count: count,
  messages_count: count,
  unhandled_messages_count: count,
  successful_responses_count: count,
  ambiguous_messages_count: count,
  success_rate_count: count,
  success_rate: rate,
});
export type UsageSpan = z.infer<typeof usageSpan>;

const interventionSpan = span.extend({ interventions_count: count, users_count: count });
export type InterventionSpan = z.infer<typeof interventionSpan>;

/** "stats … is an array of 9 elements"; any other number is taken as it comes. */
const statistics = <Span extends z.ZodType>(form: Span) =>
  z.object({
    aggregate_stats: form,
    previous_interval_stats: form.nullish(),
    stats: z.array(form).nullish(),
  });

export const usageReply = statistics(usageSpan);
export type UsageReply = z.infer<typeof usageReply>;

export const interventionReply = statistics(interventionSpan);
export type InterventionReply = z.infer<typeof interventionReply>;
