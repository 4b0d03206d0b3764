import { z } from 'zod';
import { isCivilDate, isInstant, parseCivilTime } from '../../domain/time.ts';
import { lenient, tolerantArray } from '../tolerant-schema.ts';

/**
 * The fields that are read of Vonage's responses, and the formats in which they are accepted. Other fields are dropped, so
 * that they are neither cached nor returned. Source of the interactions: "Getting agent details about most recent
 * interaction", https://docs-vcc.atlassian.net/wiki/x/A4C-1.
 */

const ISO_8601 =
  /^(?<date>\d{4}-\d\d-\d\d)[T ](?<time>\d\d:\d\d(:\d\d(\.\d+)?)?)(Z|(?<hours>[+-]\d\d):?(?<minutes>\d\d))?$/i;

/**
 * Milliseconds since 1970 of an ISO 8601 time with any fraction of a second; NaN for anything else. Without a zone it is
 * UTC, since the document says that `start` is in UTC. A blank for the `T` and an offset without a colon are accepted.
 */
export function parseInstant(text: string): number {
  const usual = parseCivilTime(text.endsWith('Z') ? text.slice(0, -1) : text);
  if (usual !== null) return usual;
  const { date = '', time = '', hours, minutes } = ISO_8601.exec(text)?.groups ?? {};
  if (!isCivilDate(date)) return NaN;
  const at = Date.parse(`${date}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  // An offset may lead beyond the range of dates that a response can contain.
  return isInstant(at) ? at : NaN;
}

const timeSchema = z.string().refine((text) => !Number.isNaN(parseInstant(text)), 'must be a time');

const interactionSchema = z.object({
  guid: z.string().min(1),
  start: timeSchema,
  /** Version 1. */
  hasEnded: z.boolean().nullish(),
  /** From version 2 on: seconds; null means that the agent is still connected. */
  duration: z.number().nullish(),
  type: z.string().nullish(),
  /** "nice to have" */
  direction: z.string().nullish(),
  channelGuid: z.string().nullish(),
});
export type WireInteraction = z.infer<typeof interactionSchema>;

/** A guid that is sent as a number becomes its digits. */
const idSchema = z.union([z.string().min(1), z.int().transform(String)]);
const secondsSchema = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,9}(\.\d+)?$/)
    .transform(Number),
]);

const { shape } = interactionSchema;
const responseInteractionSchema = z.object({
  guid: idSchema,
  start: timeSchema,
  hasEnded: lenient(shape.hasEnded),
  duration: lenient(secondsSchema),
  type: lenient(shape.type),
  direction: lenient(shape.direction),
  channelGuid: lenient(idSchema),
});

/** The interactions of a response, in the cached format; null stands for an interaction that could not be read. */
export const storedInteractionsSchema = z.array(interactionSchema.nullable());
export type StoredInteractions = z.infer<typeof storedInteractionsSchema>;

/** "message" with V0, "statusCode" and "error" with statistics, "status", "title" and "errors" with user administration. */
const ERROR_FIELDS = ['message', 'error', 'errors', 'error_description', 'statusCode', 'status', 'title'];

/**
 * No document says how "no interactions" is sent: an empty list, null and a missing list are accepted. A missing list is
 * rejected if another field holds an object or a list, which may be the list under another name, and so is an error that came with a
 * good status: the vendor's APIs name it in one of these fields.
 */
export const interactionsResponseSchema = z
  .looseObject({ interactions: tolerantArray(responseInteractionSchema).nullish() })
  .refine((response) => response.interactions !== undefined || Object.values(response).every(isPrimitive))
  .refine((response) => response.interactions != null || !ERROR_FIELDS.some((field) => field in response))
  .transform((response): StoredInteractions => response.interactions ?? []);

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** Source: "Using the bearer access token" in the same documentation; `token_type` is sent in either case and is not read. */
export const tokenResponseSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.union([z.number(), z.string()]).nullish(),
});
export type TokenResponse = z.infer<typeof tokenResponseSchema>;
