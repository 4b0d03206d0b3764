import type { Clock } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';

/** The most keys that are counted separately at a time; the entries of further ones share a line. */
const MAX_KEYS = 1000;
const OVERFLOW_KEY = 'overflow';

type Fields = Readonly<Record<string, string | number>>;

/** Writes at most one line a minute for equal fields, so that a vendor that is down does not fill the log. */
export interface LimitedLog {
  /**
   * Writes the first entry at once; further ones of the minute are counted, and written as one line at its end. An entry counts
   * as `amount`, 1 where that is absent. `traceId` is no part of the key: a line has that of its last entry which has one.
   */
  readonly log: (fields: Fields, amount?: number, traceId?: string) => void;
  /** Writes what has been counted, and stops the timers. */
  readonly flush: () => void;
}

interface Entry {
  readonly fields: Fields;
  count: number;
  traceId: string | undefined;
  stopTimer: () => void;
}

/** `write` receives the fields with `count`, the number of entries since the previous line. */
export function createLimitedLog(
  clock: Pick<Clock, 'setTimer'>,
  write: (fields: Fields) => void,
  maxKeys = MAX_KEYS,
): LimitedLog {
  const entries = new Map<string, Entry>();

  function writeCount(entry: Entry): void {
    const { fields, count, traceId } = entry;
    if (count > 0) write({ ...fields, count, ...(traceId !== undefined && { traceId }) });
    entry.count = 0;
    entry.traceId = undefined;
  }

  function startMinute(key: string, entry: Entry): void {
    entry.stopTimer = clock.setTimer(MINUTE, () => {
      if (entry.count === 0) {
        entries.delete(key);
        return;
      }
      writeCount(entry);
      startMinute(key, entry);
    });
  }

  return {
    log(fields, amount = 1, traceId?: string) {
      const ownKey = JSON.stringify(fields);
      const isOverflow = !entries.has(ownKey) && entries.size >= maxKeys;
      const key = isOverflow ? OVERFLOW_KEY : ownKey;
      const known = entries.get(key);
      if (known) {
        known.count += amount;
        known.traceId = traceId ?? known.traceId;
        return;
      }
      const entry: Entry = {
        fields: isOverflow ? { reason: OVERFLOW_KEY } : fields,
        count: amount,
        traceId,
        stopTimer: () => undefined,
      };
      entries.set(key, entry);
      writeCount(entry);
      startMinute(key, entry);
    },
    flush() {
      for (const entry of entries.values()) {
        entry.stopTimer();
        writeCount(entry);
      }
      entries.clear();
    },
  };
}
