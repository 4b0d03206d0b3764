import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { ageSummary, type HealthSummary, healthSummarySchema } from './health-summary.ts';
import type { PeerText, SharedHealthStore } from './ports.ts';

/** What the other processes of a fleet know of one account. */
export interface PeerHealth {
  /** The others' summaries, as old as they are now. */
  readonly summaries: () => readonly HealthSummary[];
  /** Writes this process's summary: at once where it is urgent, otherwise at most once in WRITE_INTERVAL_MS. */
  readonly publish: (options: { readonly isUrgent: boolean }) => void;
  /** Reads the others' summaries. Never rejects. */
  readonly refresh: () => Promise<void>;
  readonly close: () => void;
}

const WRITE_INTERVAL_MS = 5 * SECOND;
/** A refresh also writes what is not written yet, but no more often than this. */
const MIN_WRITE_INTERVAL_MS = SECOND;

interface ReceivedSummary {
  readonly summary: HealthSummary;
  /** When it was as old as it says, on the monotonic clock. */
  readonly atMs: number;
}

export function createPeerHealth(store: SharedHealthStore, clock: Clock, ownSummary: () => HealthSummary): PeerHealth {
  let received: readonly ReceivedSummary[] = [];
  let hasUnwritten = false;
  let lastWriteMs = -Infinity;
  let cancelTimer: (() => void) | null = null;
  let isClosed = false;

  async function exchange(isWrite: boolean): Promise<void> {
    if (isWrite) {
      cancelTimer?.();
      cancelTimer = null;
      hasUnwritten = false;
      lastWriteMs = clock.monotonicMs();
    }
    const texts = await store.exchange(isWrite ? JSON.stringify(ownSummary()) : null);
    const atMs = clock.monotonicMs();
    // While the store cannot be reached, what is known of the others grows old, and what was to be written stays unwritten.
    if (!texts) hasUnwritten ||= isWrite;
    else received = texts.flatMap((text) => toSummary(text) ?? []).map((summary) => ({ summary, atMs }));
  }

  return {
    summaries: () => received.map(({ summary, atMs }) => ageSummary(summary, clock.monotonicMs() - atMs)),
    publish({ isUrgent }) {
      if (isClosed) return;
      hasUnwritten = true;
      const dueInMs = lastWriteMs + WRITE_INTERVAL_MS - clock.monotonicMs();
      if (isUrgent || dueInMs <= 0) void exchange(true);
      else cancelTimer ??= clock.setTimer(dueInMs, () => void exchange(true));
    },
    refresh: () => exchange(hasUnwritten && clock.monotonicMs() - lastWriteMs >= MIN_WRITE_INTERVAL_MS),
    close: () => {
      isClosed = true;
      cancelTimer?.();
      cancelTimer = null;
    },
  };
}

/** Null for the text of another version. */
function toSummary({ text, ageMs }: PeerText): HealthSummary | null {
  try {
    const parsed = healthSummarySchema.safeParse(JSON.parse(text));
    return parsed.success ? ageSummary(parsed.data, ageMs) : null;
  } catch {
    return null;
  }
}
