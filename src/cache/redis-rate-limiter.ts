import { MINUTE } from '../domain/time.ts';
import { hashKey, redisNamespace, type RedisConnection } from './redis.ts';

/**
 * KEYS: the log of beginnings, youngest first. ARGV: the limit, the span. Answers 0 when one more may begin, which is then
 * logged; else the milliseconds until one may. The time is Redis's own: the clocks of a fleet differ. Set back, it begins
 * a new log, for the old one would lock everybody out.
 */
const ACQUIRE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, span = tonumber(ARGV[1]), tonumber(ARGV[2])
local youngest = tonumber(redis.call('LINDEX', KEYS[1], 0) or 0)
if youngest > now then redis.call('DEL', KEYS[1]) end
while (tonumber(redis.call('LINDEX', KEYS[1], -1) or now) + span) <= now do redis.call('RPOP', KEYS[1]) end
if redis.call('LLEN', KEYS[1]) >= limit then return redis.call('LINDEX', KEYS[1], limit - 1) + span - now end
redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], span)
return 0`;

/**
 * Counts beginnings for all processes so that no span ever sees more than the limit: takes one and answers 0, or answers
 * the milliseconds until one is free; null where Redis cannot say.
 */
export function createRedisRateLimiter(
  redis: RedisConnection,
  name: string,
  limit: number,
  windowMs = MINUTE,
): () => Promise<number | null> {
  const logKey = `${redisNamespace('quota')}::${hashKey(name)}`;
  const scriptOptions = { keys: [logKey], arguments: [String(limit), String(windowMs)] };
  return () => redis.tryRun('quota', null, async (client) => Number(await client.eval(ACQUIRE_SCRIPT, scriptOptions)));
}
