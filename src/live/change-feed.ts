import type { Clock } from '../domain/clock.ts';
import type { StatusChange } from '../domain/status-change.ts';
import type { AgentFilter } from '../gather/agent-filter.ts';
import type { Caller } from '../request/caller.ts';
import type { ReadStatuses, StatusReadings, TakeTurn } from './ports.ts';
import { createRepeatedRun } from './repeated-run.ts';
import { createStatusTracker } from './status-tracker.ts';

/** A reader of a feed. */
export interface FeedReader {
  /** The callers on whose behalf it reads: one of them is charged. */
  readonly callers: () => readonly Caller[];
  /** Receives the changes found by each reading, in order. */
  readonly onChanges: (changes: readonly StatusChange[]) => void;
}

/** The changes of status of all agents that match a filter, for all subscriptions that ask for them. */
export interface ChangeFeed {
  /**
   * Waits for a current reading and passes what is ongoing then. The reader receives the changes from then on, until it leaves; it may
   * join again for those that it reads for. Rejects where the reading does.
   */
  readonly join: (reader: FeedReader, onJoined: (initial: readonly StatusChange[]) => void) => Promise<void>;
  readonly leave: (reader: FeedReader) => void;
  /** Reads again at once. */
  readonly refresh: () => void;
}

export interface ChangeFeedOptions {
  readonly clock: Clock;
  readonly filter: AgentFilter;
  readonly intervalMs: number;
  readonly takeTurn: TakeTurn;
  readonly readStatuses: ReadStatuses;
  readonly onFailure: (error: unknown) => void;
  /** Called once its last reader has left. */
  readonly onEmpty: () => void;
}

export function createChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  const { clock, filter, intervalMs, takeTurn, readStatuses, onFailure, onEmpty } = options;
  const tracker = createStatusTracker();
  /** Those that wait for the first reading are among them: they are charged, too. */
  const readers = new Map<FeedReader, { isJoined: boolean }>();

  async function read(signal: AbortSignal): Promise<StatusReadings> {
    const callers = [...readers.keys()].flatMap((reader) => reader.callers());
    const { caller, release } = await takeTurn(callers, signal);
    try {
      return await readStatuses(caller, { filter, since: tracker.since(clock.now()) }, signal);
    } finally {
      release();
    }
  }

  function distribute({ readings }: StatusReadings): void {
    const changes = tracker.update(readings, clock.now());
    if (changes.length === 0) return;
    for (const [reader, { isJoined }] of readers) if (isJoined) reader.onChanges(changes);
  }

  const runs = createRepeatedRun({ clock, run: read, intervalMs: () => intervalMs, onOutcome: distribute, onFailure });

  function leave(reader: FeedReader): void {
    if (!readers.delete(reader) || readers.size > 0) return;
    runs.stop();
    onEmpty();
  }

  return {
    async join(reader, onJoined) {
      const state = readers.get(reader) ?? { isJoined: false };
      readers.set(reader, state);
      try {
        await runs.current();
      } catch (error) {
        if (!state.isJoined) leave(reader);
        throw error;
      }
      state.isJoined = true;
      onJoined(tracker.initialChanges());
    },
    leave,
    refresh: runs.restart,
  };
}
