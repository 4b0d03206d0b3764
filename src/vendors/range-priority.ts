import type { Instant } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { CallPriority } from '../http/types.ts';

/** A range that a caller ends at its own "now" ends shortly before the gateway's: the clocks differ, and the query travels. */
const LIVE_MARGIN_MS = 5 * MINUTE;

/** Returns the priority of the calls of a range: a range that reaches now is live. */
export function rangePriority(end: Instant, now: Instant): CallPriority {
  return end + LIVE_MARGIN_MS <= now ? 'past' : 'live';
}

/** Reads keys in one batch for each priority of their calls; returns the results in the order of the keys. */
export async function readByPriority<Key, Result>(
  keys: readonly Key[],
  priorityOf: (key: Key) => CallPriority,
  read: (keys: readonly Key[], priority: CallPriority) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const batches = [...Map.groupBy(keys, priorityOf)];
  const results = await Promise.all(batches.map(([priority, members]) => read(members, priority)));
  const resultByKey = new Map<Key, Result>();
  batches.forEach(([, members], batch) => {
    members.forEach((key, index) => resultByKey.set(key, results[batch]?.[index] as Result));
  });
  return keys.map((key) => resultByKey.get(key) as Result);
}
