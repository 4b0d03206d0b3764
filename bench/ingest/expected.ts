import type { FileContent } from '../../src/vendors/liveperson/files/content.ts';
import { toSessions } from '../../src/vendors/liveperson/map.ts';

/** What can be counted of a file, by whoever reads it. */
export interface ExpectedCounts {
  /** Inflated. */
  readonly bytes: number;
  readonly documents: number;
  readonly events: number;
  /** The last digits of all events' times, added up: equal counts of different events must not pass for the same. */
  readonly times: number;
}

/** What a contestant could count; it must agree with the truth. */
export type Counts = Partial<ExpectedCounts>;

/** Counts the events in anything that was parsed from JSON, wherever they stand. */
export function countEvents(value: unknown): Pick<ExpectedCounts, 'events' | 'times'> {
  if (typeof value !== 'object' || value === null) return { events: 0, times: 0 };
  if ('timestamp' in value) return { events: 1, times: lastDigits((value.timestamp as { long: number }).long) };
  let [events, times] = [0, 0];
  for (const inner of Object.values(value)) {
    const nested = countEvents(inner);
    events += nested.events;
    times += nested.times;
  }
  return { events, times };
}

/** Counts the events in all sessions that the gateway tells from what it keeps of a file. */
export function countStoredEvents(content: FileContent): Pick<ExpectedCounts, 'events' | 'times'> {
  let [events, times] = [0, 0];
  for (const agentId of Object.keys(content.agents)) {
    for (const session of toSessions('bench', agentId, [content])) {
      events += session.events.length;
      times += session.events.reduce((sum, { at }) => sum + lastDigits(at), 0);
    }
  }
  return { events, times };
}

/** Few enough for the sum over a gigabyte to be exact. */
function lastDigits(at: number): number {
  return at % 1_000_000;
}

export function assertCounts(counts: Counts, expected: ExpectedCounts, candidate: string): void {
  for (const [key, count] of Object.entries(counts)) {
    const expectedCount = expected[key as keyof ExpectedCounts];
    if (count !== expectedCount)
      throw new Error(`${candidate} counts ${count} ${key} where there are ${expectedCount}`);
  }
}
