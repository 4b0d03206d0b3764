import { z } from 'zod';

// Only what is read, as https://docs.kore.ai/xo/apis/contact-center/agent-status-details/ promises it. What the gateway can
// do without may be absent or null; what it does not know may be there. Null stands for a record of another form: one of
// them must not cost the others.

/** The last part of the endpoint's path, by which reports, metrics and the cache know it. */
export const ENDPOINT = 'agentstatusdetails';

/** What can be done without is nothing where it is of another form. */
const text = z.string().nullish().catch(null);
/** `"9"` and 9 are the same id; a number too large to be told from its neighbours is none. */
const id = z
  .union([z.string(), z.int().transform(String)])
  .nullish()
  .catch(null);

const statusRecord = z.looseObject({
  primaryStatus: z.string(),
  secondaryStatus: text,
  startTime: z.string(),
  endTime: z.string().nullish(),
});
export type StatusRecord = z.infer<typeof statusRecord>;

const agentRecord = z
  .looseObject({
    userId: id,
    firstName: text,
    lastName: text,
    email: text,
    /** No list at all counts as a record that cannot be read: unlike a missing one it does not mean "no periods". */
    status: z.array(statusRecord.nullable().catch(null)).nullish().catch([null]),
  })
  .refine(({ userId, email }) => [userId, email].some((ref) => ref?.trim()), 'must name somebody');
export type AgentRecord = z.infer<typeof agentRecord>;

/** One page of the answer: some agents, each with all the periods of the time asked for. */
export const detailsPage = z.looseObject({
  hasMore: z.boolean().nullish(),
  /** How many agents the vendor puts on a page, which may be fewer than it was asked for. */
  limit: z.int().positive().nullish().catch(null),
  data: z.array(agentRecord.nullable().catch(null)).refine(isMostlyRead, 'must hold records that can be read'),
});
export type DetailsPage = z.infer<typeof detailsPage>;

/** Where more than a fifth of the records cannot be read, the form has changed. One odd record of a few proves nothing yet. */
function isMostlyRead(records: readonly unknown[]): boolean {
  const unreadable = records.filter((record) => record === null).length;
  return unreadable * 5 <= records.length || (records.length < 5 && unreadable < records.length);
}
