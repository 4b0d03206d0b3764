import { z } from 'zod';
import { redisAddressSchema } from './redis-address.ts';

const secondsSchema = z
  .number()
  .min(0)
  .max(365 * 86_400);

/**
 * Times to live in seconds; 0 disables caching. "Live" data may still change because its range includes the present; "past"
 * data lies entirely before it.
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
  /** Redis or Valkey, shared by all processes; absent: a cache in this process only. */
  url: redisAddressSchema.optional(),
  /** The file that keeps what is final or fresh for long over a restart; absent: none. */
  path: z.string().min(1).optional(),
  /** Upper bound of that file. */
  maxDiskBytes: z.number().int().min(16_777_216).default(1_073_741_824),
  /** Upper bound of this process's memory for the cache. */
  maxBytes: z.number().int().min(1_048_576).default(268_435_456),
  /** How long after its TTL a value may still be served while the vendor fails. */
  staleIfErrorSeconds: secondsSchema.default(600),
  ttl: ttlSchema.prefault({}),
});
