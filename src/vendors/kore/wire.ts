import { z } from 'zod';
import { boundedList, lenient, tolerantArray } from '../tolerant-schema.ts';

// Only the fields that are read, as https://docs.kore.ai/xo/apis/contact-center/agent-status-details/ documents them. Fields
// that the gateway can do without may be absent or null; unknown fields are dropped. A record that does not match its schema
// becomes null, so that it does not invalidate the others.

/** The last part of the endpoint's path; its name in reports, metrics and cache keys. */
export const STATUS_DETAILS_ENDPOINT = 'agentstatusdetails';

const textSchema = lenient(z.string());
/** The maximum of `references.ts`. A longer reference could never be requested, and each cached day would repeat it. */
const referenceSchema = z.string().max(320);
/** `"9"` and 9 are the same id; a number beyond the safe integers is not an id. */
const idSchema = lenient(z.union([referenceSchema, z.int().transform(String)]));

const flawlessRecordSchema = z.object({
  primaryStatus: z.string(),
  secondaryStatus: z.string().nullish(),
  startTime: z.string(),
  endTime: z.string().nullish(),
});
const statusRecordSchema = flawlessRecordSchema.extend({ secondaryStatus: textSchema });
export type StatusRecord = z.infer<typeof statusRecordSchema>;

/** Nearly every list is flawless. To tolerate flaws takes more objects for each of hundreds of records, so it comes second. */
const statusListSchema = z.union([
  z.array<z.ZodType<StatusRecord | null>>(flawlessRecordSchema),
  z.array(statusRecordSchema.nullable().catch(null)),
]);

const agentRecordSchema = z
  .object({
    userId: idSchema,
    firstName: textSchema,
    lastName: textSchema,
    email: lenient(referenceSchema),
    /** A value that is not a list counts as an unreadable record: unlike a missing list, it does not mean "no periods". */
    status: boundedList(statusListSchema).nullish().catch([null]),
  })
  .refine(({ userId, email }) => [userId, email].some((ref) => ref?.trim()), 'must name an agent');
export type AgentRecord = z.infer<typeof agentRecordSchema>;

/** Texts and numbers that stand for a flag. An empty text says nothing, as a missing value does. */
const FLAGS: ReadonlyMap<string, boolean | undefined> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['', undefined],
]);

/** Whether there are more pages. A value that is not understood may mean so: another call is better than the loss of a page. */
const hasMoreSchema = z
  .union([z.boolean(), z.number(), z.string()])
  .transform((value) => {
    const text = String(value).trim().toLowerCase();
    return FLAGS.has(text) ? FLAGS.get(text) : true;
  })
  .nullish()
  .catch(true);

/** One page of the response: some agents, each with all periods of the requested days. */
export const detailsPageSchema = z.object({
  hasMore: hasMoreSchema,
  /** The vendor's page size, which may be smaller than the requested one. */
  limit: lenient(z.int().positive()),
  data: tolerantArray(agentRecordSchema),
});
export type DetailsPage = z.infer<typeof detailsPageSchema>;
