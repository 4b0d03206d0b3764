import { randomUUID } from 'node:crypto';
import { MINUTE } from '../domain/time.ts';
import { redisKey } from './redis-keys.ts';
import type { RedisConnection } from './redis.ts';

/** What a process wrote is kept for this long after its last write. */
const TEXT_TTL_MS = 10 * MINUTE;

/**
 * KEYS: the hash of texts by process. ARGV: this process, its text (empty: none), the TTL in milliseconds. Returns the age and the
 * text of every other process. Uses Redis's own clock, since the clocks of a fleet differ.
 */
const EXCHANGE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f ', now) .. ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
local texts = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local at, text = string.match(all[i + 1], '^(%d+) (.*)$')
  local age = at and math.max(0, now - at)
  if not age or age > tonumber(ARGV[3]) then
    if ARGV[2] ~= '' then redis.call('HDEL', KEYS[1], all[i]) end
  elseif all[i] ~= ARGV[1] then
    texts[#texts + 1] = string.format('%.0f', age)
    texts[#texts + 1] = text
  end
end
return texts`;

/** What another process has written. */
export interface ExchangedText {
  readonly text: string;
  readonly ageMs: number;
}

/**
 * Replaces this process's text, unless it is null, and returns those of the other processes; null while Redis cannot be reached.
 * Never rejects.
 */
export type ExchangeTexts = (own: string | null) => Promise<readonly ExchangedText[] | null>;

/** Creates the exchange of one text per process about one account. `processId` identifies this process among the others. */
export function createRedisExchange(
  redis: RedisConnection,
  fingerprint: string,
  processId: string = randomUUID(),
): ExchangeTexts {
  const key = redisKey('health', JSON.stringify(['health', fingerprint]));
  return (own) => {
    const scriptOptions = { keys: [key], arguments: [processId, own ?? '', String(TEXT_TTL_MS)] };
    return redis.tryRun('health', null, async (client) => toTexts(await client.eval(EXCHANGE_SCRIPT, scriptOptions)));
  };
}

function toTexts(reply: unknown): readonly ExchangedText[] {
  const parts = Array.isArray(reply) ? reply.map(String) : [];
  return parts.flatMap((age, index) => (index % 2 === 0 ? [{ ageMs: Number(age), text: parts[index + 1] ?? '' }] : []));
}
