import { z } from 'zod';

const seconds = z
  .number()
  .min(0)
  .max(365 * 86_400);

/**
 * Times to live in seconds; 0 keeps nothing. "Live" is what may still change because it touches the present, "past" what
 * lies wholly behind it.
 */
export const ttl = z.strictObject({
  interactions: seconds.default(10),
  statusLive: seconds.default(15),
  statusPast: seconds.default(86_400),
  usageLive: seconds.default(60),
  usagePast: seconds.default(86_400),
  files: seconds.default(30 * 86_400),
  directory: seconds.default(300),
});
export type Ttl = z.infer<typeof ttl>;

export const cache = z.strictObject({
  /** Redis or Valkey, shared by all processes; absent: kept in this process. */
  url: z.url({ protocol: /^(redis|rediss|valkey|valkeys)$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
  /** How much of this process's memory the cache may fill. */
  maxBytes: z.number().int().min(1_048_576).default(268_435_456),
  /** How long after its time to live an answer may still be served while the vendor fails. */
  staleIfErrorSeconds: seconds.default(600),
  ttl: ttl.prefault({}),
});
