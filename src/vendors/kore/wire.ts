import { z } from 'zod';
import { listOf, optional, recordsOf } from '../records.ts';

// Only what is read, as https://docs.kore.ai/xo/apis/contact-center/agent-status-details/ promises it. What the gateway can
// do without may be absent or null; what it does not know may be there, and is dropped. Null stands for a record of another
// form: one of them must not cost the others.

/** The last part of the endpoint's path, by which reports, metrics and the cache know it. */
export const ENDPOINT = 'agentstatusdetails';

const text = optional(z.string());
/** No reference is longer (`references.ts`), so nobody can be asked for by more; and it is written anew for each day. */
const reference = z.string().max(320);
/** `"9"` and 9 are the same id; a number too large to be told from its neighbours is none. */
const id = optional(z.union([reference, z.int().transform(String)]));

const statusRecord = z.object({
  primaryStatus: z.string(),
  secondaryStatus: text,
  startTime: z.string(),
  endTime: z.string().nullish(),
});
export type StatusRecord = z.infer<typeof statusRecord>;

const agentRecord = z
  .object({
    userId: id,
    firstName: text,
    lastName: text,
    email: optional(reference),
    /** No list at all counts as a record that cannot be read: unlike a missing one it does not mean "no periods". */
    status: listOf(statusRecord.nullable().catch(null)).nullish().catch([null]),
  })
  .refine(({ userId, email }) => [userId, email].some((ref) => ref?.trim()), 'must name somebody');
export type AgentRecord = z.infer<typeof agentRecord>;

/** One page of the answer: some agents, each with all the periods of the time asked for. */
export const detailsPage = z.object({
  hasMore: z.boolean().nullish(),
  /** How many agents the vendor puts on a page, which may be fewer than it was asked for. */
  limit: optional(z.int().positive()),
  data: recordsOf(agentRecord),
});
export type DetailsPage = z.infer<typeof detailsPage>;
