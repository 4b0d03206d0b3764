import { z } from 'zod';

// Only what is read, as https://docs.kore.ai/xo/apis/contact-center/agent-status-details/ promises it. What the gateway can
// do without may be absent or null; what it does not know may be there.

/** The last part of the endpoint's path, by which reports, metrics and the cache know it. */
export const ENDPOINT = 'agentstatusdetails';

const statusRecord = z.looseObject({
  primaryStatus: z.string(),
  secondaryStatus: z.string().nullish(),
  startTime: z.string(),
  endTime: z.string().nullish(),
});
export type StatusRecord = z.infer<typeof statusRecord>;

const agentRecord = z.looseObject({
  userId: z.string().nullish(),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  email: z.string().nullish(),
  /** Null stands for a record of another form: one of them must not cost the others. */
  status: z.array(statusRecord.nullable().catch(null)).nullish(),
});
export type AgentRecord = z.infer<typeof agentRecord>;

/** One page of the answer: some agents, each with all the periods of the time asked for. */
export const detailsPage = z.looseObject({
  hasMore: z.boolean().nullish(),
  data: z.array(agentRecord),
});
export type DetailsPage = z.infer<typeof detailsPage>;
