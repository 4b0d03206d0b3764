import type { Instant } from '../../../domain/clock.ts';
import type { Shift } from '../../sandbox.ts';

const MINUTE = 60_000;

/** The days asked for. */
export interface RequestedSpan {
  readonly from: Instant;
  readonly to: Instant;
  /** Minutes to add to a local time to get UTC: positive west of Greenwich. */
  readonly minutesWest: number;
}

/** The local time of the offset asked for, with neither zone nor fraction. */
const formatLocalTime = (at: Instant, west: number): string => new Date(at - west * MINUTE).toISOString().slice(0, 19);

/** HH:MM:SS with as many hours as it takes. From exact times, hence at times a second less than endTime − startTime. */
const formatDuration = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
};

/** Kore does not count chats: a move that changes only their number is none, while a status set anew is a period anew. */
const isStatusChange = (
  change: Shift['statusChanges'][number],
  before: Shift['statusChanges'][number] | undefined,
): boolean =>
  change.status !== before?.status ||
  change.reason !== before.reason ||
  change.concurrentChats === before.concurrentChats;

/** A shift's periods that overlap the days; `style` spells the type of a status. */
export const toStatuses = (
  { statusChanges, end: shiftEnd }: Shift,
  { from, to, minutesWest }: RequestedSpan,
  formatStatus: (type: string) => string,
) => {
  const changes = statusChanges.filter((move, index) => isStatusChange(move, statusChanges[index - 1]));
  return changes.flatMap(({ at, status, reason }, index) => {
    const end = changes[index + 1]?.at ?? shiftEnd;
    // Not clipped: the sample's first period began on the day before those it was asked for.
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
};
