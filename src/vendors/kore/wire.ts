import { z } from 'zod';
import { boundedArray, lenient, tolerantArray } from '../tolerant-schema.ts';

// Only what is read, as https://docs.kore.ai/xo/apis/contact-center/agent-status-details/ promises it. What the gateway can
// do without may be absent or null; what it does not know may be there, and is dropped. Null stands for a record of another
// form: one of them must not cost the others.

/** The last part of the endpoint's path, by which reports, metrics and the cache know it. */
export const STATUS_DETAILS_ENDPOINT = 'agentstatusdetails';

const textSchema = lenient(z.string());
/** No reference is longer (`references.ts`), so nobody can be asked for by more; and it is written anew for each day. */
const referenceSchema = z.string().max(320);
/** `"9"` and 9 are the same id; a number too large to be told from its neighbours is none. */
const idSchema = lenient(z.union([referenceSchema, z.int().transform(String)]));

const statusRecordSchema = z.object({
  primaryStatus: z.string(),
  secondaryStatus: textSchema,
  startTime: z.string(),
  endTime: z.string().nullish(),
});
export type StatusRecord = z.infer<typeof statusRecordSchema>;

const agentRecordSchema = z
  .object({
    userId: idSchema,
    firstName: textSchema,
    lastName: textSchema,
    email: lenient(referenceSchema),
    /** No list at all counts as a record that cannot be read: unlike a missing one it does not mean "no periods". */
    status: boundedArray(statusRecordSchema.nullable().catch(null)).nullish().catch([null]),
  })
  .refine(({ userId, email }) => [userId, email].some((ref) => ref?.trim()), 'must name somebody');
export type AgentRecord = z.infer<typeof agentRecordSchema>;

/** One page of the answer: some agents, each with all the periods of the time asked for. */
export const detailsPageSchema = z.object({
  hasMore: z.boolean().nullish(),
  /** How many agents the vendor puts on a page, which may be fewer than it was asked for. */
  limit: lenient(z.int().positive()),
  data: tolerantArray(agentRecordSchema),
});
export type DetailsPage = z.infer<typeof detailsPageSchema>;
