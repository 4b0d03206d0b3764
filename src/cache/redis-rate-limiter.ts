import { MINUTE } from '../domain/time.ts';
import { redisKey } from './redis-keys.ts';
import type { RedisConnection } from './redis.ts';

/**
 * A sliding-window log. KEYS: the list of start times, youngest first. ARGV: the limit, the window in milliseconds. Returns 0
 * if a call may start, and logs it; else the milliseconds until one may. Uses Redis's own clock, since the clocks of a
 * fleet differ. If that clock was set back, the log is reset: the old one would block every call.
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
 * Creates a rate limit that all processes share: no window of `windowMs` ever holds more calls than the limit. The returned
 * function takes one call and resolves to 0, or resolves to the milliseconds until one is free; null if Redis fails.
 */
export function createRedisRateLimiter(
  redis: RedisConnection,
  name: string,
  limit: number,
  windowMs = MINUTE,
): () => Promise<number | null> {
  const logKey = redisKey('quota', JSON.stringify(['quota', name]));
  const scriptOptions = { keys: [logKey], arguments: [String(limit), String(windowMs)] };
  return () => redis.tryRun('quota', null, async (client) => Number(await client.eval(ACQUIRE_SCRIPT, scriptOptions)));
}
