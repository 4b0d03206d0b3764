import type { Instant } from '../../../domain/clock.ts';
import type { Shift, ShiftStatusChange } from '../../sandbox.ts';

const MINUTE = 60_000;

/** The requested days. */
export interface RequestedSpan {
  readonly from: Instant;
  readonly to: Instant;
  /** Minutes to add to a local time to get UTC: positive west of Greenwich. */
  readonly minutesWest: number;
}

/** The local time of the requested offset, with neither zone nor fraction. */
function formatLocalTime(at: Instant, minutesWest: number): string {
  return new Date(at - minutesWest * MINUTE).toISOString().slice(0, 19);
}

/** HH:MM:SS, with more than two digits of hours if needed. Exact, hence sometimes a second less than endTime − startTime. */
function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Kore does not count chats, so a change of their number alone starts no period. A status that is set again starts one. */
function isStatusChange(change: ShiftStatusChange, before: ShiftStatusChange | undefined): boolean {
  return (
    change.status !== before?.status ||
    change.reason !== before.reason ||
    change.concurrentChats === before.concurrentChats
  );
}

/** A shift's periods that overlap the days. */
export function toStatuses(
  { statusChanges, end: shiftEnd }: Shift,
  { from, to, minutesWest }: RequestedSpan,
  formatStatus: (type: string) => string,
) {
  const changes = statusChanges.filter((change, index) => isStatusChange(change, statusChanges[index - 1]));
  return changes.flatMap(({ at, status, reason }, index) => {
    const end = changes[index + 1]?.at ?? shiftEnd;
    // Not clipped: the first period of the sample began on the day before the requested ones.
    if (at >= to || (end !== null && end <= from)) return [];
    const times =
      end === null
        ? { endTime: '-', duration: '-' }
        : { endTime: formatLocalTime(end, minutesWest), duration: formatDuration(end - at) };
    const primaryStatus = formatStatus(status);
    return [
      {
        primaryStatus,
        secondaryStatus: reason ?? primaryStatus,
        startTime: formatLocalTime(at, minutesWest),
        ...times,
      },
    ];
  });
}
