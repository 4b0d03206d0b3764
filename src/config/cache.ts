import { z } from 'zod';

const secondsSchema = z
  .number()
  .min(0)
  .max(365 * 86_400);

/**
 * Times to live in seconds; 0 keeps nothing. "Live" is what may still change because it touches the present, "past" what
 * lies wholly behind it.
 */
export const ttlSchema = z.strictObject({
  interactions: secondsSchema.default(10),
  statusLive: secondsSchema.default(15),
  statusPast: secondsSchema.default(86_400),
  usageLive: secondsSchema.default(60),
  usagePast: secondsSchema.default(86_400),
  files: secondsSchema.default(30 * 86_400),
  directory: secondsSchema.default(300),
});
export type Ttl = z.infer<typeof ttlSchema>;

export const cacheSchema = z.strictObject({
  /** Redis or Valkey, shared by all processes; absent: kept in this process. */
  url: z.url({ protocol: /^(redis|rediss|valkey|valkeys)$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
  /** How much of this process's memory the cache may fill. */
  maxBytes: z.number().int().min(1_048_576).default(268_435_456),
  /** How long after its time to live an answer may still be served while the vendor fails. */
  staleIfErrorSeconds: secondsSchema.default(600),
  ttl: ttlSchema.prefault({}),
});
