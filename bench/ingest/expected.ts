import type { EventLoopYielder } from '../../src/domain/event-loop-yielder.ts';
import type { FileContent } from '../../src/vendors/liveperson/files/content.ts';
import { buildCollectedSession, collectSessions } from '../../src/vendors/liveperson/map.ts';

/** The expected counts of a file. */
export interface ExpectedCounts {
  /** Inflated size. */
  readonly bytes: number;
  readonly documents: number;
  readonly events: number;
  /** Sum of the last digits of all event times: the same number of different events must not pass. */
  readonly timeChecksum: number;
}

/** The counts that a candidate determined; they must equal the expected ones. */
export type Counts = Partial<ExpectedCounts>;

/** Counts the events in parsed JSON, at any depth. */
export function countEvents(value: unknown): Pick<ExpectedCounts, 'events' | 'timeChecksum'> {
  if (typeof value !== 'object' || value === null) return { events: 0, timeChecksum: 0 };
  if ('timestamp' in value) return { events: 1, timeChecksum: lastDigits((value.timestamp as { long: number }).long) };
  let [events, timeChecksum] = [0, 0];
  for (const inner of Object.values(value)) {
    const nested = countEvents(inner);
    events += nested.events;
    timeChecksum += nested.timeChecksum;
  }
  return { events, timeChecksum };
}

/** Counts the events in all sessions that the gateway builds from the cached content of a file. */
export async function countStoredEvents(
  content: FileContent,
  yielder: EventLoopYielder,
): Promise<Pick<ExpectedCounts, 'events' | 'timeChecksum'>> {
  let [events, timeChecksum] = [0, 0];
  for (const agentId of Object.keys(content.agents)) {
    for (const collected of await collectSessions(agentId, [{ value: content, fetchedAt: 0 }], yielder)) {
      const session = await buildCollectedSession('bench', agentId, collected, yielder);
      events += session.events.length;
      timeChecksum += session.events.reduce((sum, { at }) => sum + lastDigits(at), 0);
    }
  }
  return { events, timeChecksum };
}

/** Few enough digits for an exact sum over a gigabyte. */
function lastDigits(at: number): number {
  return at % 1_000_000;
}

export function assertCounts(counts: Counts, expected: ExpectedCounts, candidate: string): void {
  for (const [key, count] of Object.entries(counts)) {
    const expectedCount = expected[key as keyof ExpectedCounts];
    if (count !== expectedCount) throw new Error(`${candidate}: counted ${count} ${key}, expected ${expectedCount}`);
  }
}
