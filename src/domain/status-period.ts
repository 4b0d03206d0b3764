import type { Instant } from './clock.ts';
import { compareTexts } from './compare-texts.ts';

export type AgentStatus = 'AVAILABLE' | 'BUSY' | 'AWAY' | 'OFFLINE' | 'UNKNOWN';

/** A period that an agent spent in one status. */
export interface StatusPeriod {
  /** The account's name. */
  readonly account: string;
  /** The agent's reference there. */
  readonly ref: string;
  /** The vendor's id of its session; null where the vendor has no sessions. */
  readonly sessionId: string | null;
  readonly status: AgentStatus;
  readonly label: string | null;
  readonly vendorStatus: string;
  readonly start: Instant;
  /** Null while it is ongoing, and where the vendor sent none. */
  readonly end: Instant | null;
  /** Null where the vendor cannot say. */
  readonly isOngoing: boolean | null;
  /** When the request that reported it was sent; of several, the last one. What is known of it is true as of then. */
  readonly observedAt: Instant;
}

/** The maximum of the schema's integers: some 68 years. */
const MAX_DURATION_SECONDS = 2 ** 31 - 1;

/** Returns the seconds between two instants: null without an end or above the maximum, 0 where the end is before the start. */
export function durationSeconds(start: Instant | null, end: Instant | null): number | null {
  if (start === null || end === null) return null;
  const seconds = Math.max(0, Math.round((end - start) / 1000));
  return seconds <= MAX_DURATION_SECONDS ? seconds : null;
}

/** Whether a period may have ended or go on: a session without a logout, for example. */
export function isEndUnknown({ end, isOngoing }: Pick<StatusPeriod, 'end' | 'isOngoing'>): boolean {
  return end === null && isOngoing !== true;
}

/** Compares by start, then end (periods without an end last), then name: an order independent of the vendor's. */
export function byStart(a: StatusPeriod, b: StatusPeriod): number {
  return (
    a.start - b.start ||
    compareEnds(a.end, b.end) ||
    compareTexts(a.vendorStatus, b.vendorStatus) ||
    compareTexts(a.label ?? '', b.label ?? '') ||
    compareTexts(a.sessionId ?? '', b.sessionId ?? '')
  );
}

/** Sorts by `byStart`, in place. Returns at once where they are in order, as a vendor's nearly always are. */
export function sortByStart(periods: StatusPeriod[]): readonly StatusPeriod[] {
  const isSorted = periods.every((period, index) => {
    const previous = periods[index - 1];
    return previous === undefined || byStart(previous, period) <= 0;
  });
  return isSorted ? periods : periods.sort(byStart);
}

function compareEnds(a: Instant | null, b: Instant | null): number {
  return a === b ? 0 : a === null ? 1 : b === null ? -1 : a - b;
}
