import type { Instant } from '../../../domain/clock.ts';
import type { Shift } from '../../sandbox.ts';

const MINUTE = 60_000;

/** The days asked for. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
  /** Minutes to add to a local time to get UTC: positive west of Greenwich. */
  readonly west: number;
}

/** The local time of the offset asked for, with neither zone nor fraction. */
const localTime = (at: Instant, west: number): string => new Date(at - west * MINUTE).toISOString().slice(0, 19);

/** HH:MM:SS with as many hours as it takes. From exact times, hence at times a second less than endTime − startTime. */
const clockTime = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
};

/** Kore does not count chats: a move that changes only their number is none, while a status set anew is a period anew. */
const isMove = (move: Shift['moves'][number], before: Shift['moves'][number] | undefined): boolean =>
  move.status !== before?.status || move.reason !== before.reason || move.chats === before.chats;

/** A shift's periods that overlap the days; `style` spells the type of a status. */
export const statusesOf = (
  { moves, end: shiftEnd }: Shift,
  { from, to, west }: Span,
  style: (type: string) => string,
) => {
  const turns = moves.filter((move, nth) => isMove(move, moves[nth - 1]));
  return turns.flatMap(({ at, status, reason }, nth) => {
    const end = turns[nth + 1]?.at ?? shiftEnd;
    // Not clipped: the sample's first period began on the day before those it was asked for.
    if (at >= to || (end !== null && end <= from)) return [];
    const times =
      end === null ? { endTime: '-', duration: '-' } : { endTime: localTime(end, west), duration: clockTime(end - at) };
    const primaryStatus = style(status);
    return [{ primaryStatus, secondaryStatus: reason ?? primaryStatus, startTime: localTime(at, west), ...times }];
  });
};
