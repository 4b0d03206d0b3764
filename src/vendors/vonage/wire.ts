import { z } from 'zod';
import { isCivilDate } from '../../domain/time.ts';

/**
 * What is read of Vonage's answers, and in which forms it is accepted. Fields that are not read are dropped, so that they
 * are neither kept nor passed on. Source of the interactions: "Getting agent details about most recent interaction",
 * https://docs-vcc.atlassian.net/wiki/x/A4C-1.
 */

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(?<zone>Z|[+-]\d\d:\d\d)?$/i;

/**
 * Milliseconds since 1970 of an ISO 8601 time with any fraction of a second; NaN for anything else. Without a zone it is
 * UTC, since the document says that `start` is in UTC.
 */
export function instantOf(text: string): number {
  const match = ISO_8601.exec(text);
  return match && isCivilDate(text.slice(0, 10))
    ? Date.parse(match.groups?.zone === undefined ? `${text}Z` : text)
    : NaN;
}

const time = z.string().refine((text) => !Number.isNaN(instantOf(text)), 'must be a time');

const interaction = z.object({
  guid: z.string().min(1),
  start: time,
  /** Version 1. */
  hasEnded: z.boolean().nullish(),
  /** From version 2 on: seconds; null means that the agent is still connected. */
  duration: z.number().nullish(),
  type: z.string().nullish(),
  /** "nice to have" */
  direction: z.string().nullish(),
  channelGuid: z.string().nullish(),
});
export type WireInteraction = z.infer<typeof interaction>;

/** No document says how "none" is told: an empty list, null and no list at all are understood. */
export const interactionsReply = z.object({ interactions: z.array(interaction).nullish() });
export type InteractionsReply = z.infer<typeof interactionsReply>;

/** Source: "Using the bearer access token" in the same documentation; `token_type` comes in either case and is not read. */
export const tokenReply = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.union([z.number(), z.string()]).nullish(),
});
export type TokenReply = z.infer<typeof tokenReply>;
