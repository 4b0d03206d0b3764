import type { AgentStatus } from '../generated/documents.ts';

/** A status period as a strip needs it. */
export interface StripPeriod {
  readonly id: string;
  readonly account: string;
  readonly status: AgentStatus;
  readonly label: string | null;
  readonly start: number;
  /** Null where it goes on, or where its end is not known. */
  readonly end: number | null;
  /** Null where the vendor cannot say. */
  readonly isOngoing: boolean | null;
}

/** The time that all strips show. */
export interface TimeAxis {
  readonly from: number;
  readonly to: number;
}

export interface Segment extends StripPeriod {
  /** The share of the axis at which it begins, in percent. */
  readonly x: number;
  readonly width: number;
  /** Whether its end is drawn at the current time because none is known. */
  readonly isOpen: boolean;
}

/** The segments of one account: two accounts of an agent report the same time in two voices. */
export interface Lane {
  readonly account: string;
  readonly segments: readonly Segment[];
}

/** Lays periods out on the axis, a lane for each account, in the order of their first period. */
export function toLanes(periods: readonly StripPeriod[], axis: TimeAxis, now: number): readonly Lane[] {
  const lanes = new Map<string, Segment[]>();
  const ascending = [...periods].sort((a, b) => a.start - b.start);
  ascending.forEach((period, index) => {
    const next = ascending.slice(index + 1).find(({ account }) => account === period.account);
    const segment = toSegment(period, next, axis, now);
    if (!segment) return;
    lanes.set(period.account, [...(lanes.get(period.account) ?? []), segment]);
  });
  return [...lanes].map(([account, segments]) => ({ account, segments }));
}

/** The lane that a row has room for: that of the account that reports the current status, else the one with the latest period. */
export function mainLane(lanes: readonly Lane[], statusAccount: string | null): readonly Lane[] {
  const main = lanes.find(({ account }) => account === statusAccount);
  const latest = lanes.toSorted((a, b) => (b.segments.at(-1)?.start ?? 0) - (a.segments.at(-1)?.start ?? 0));
  return main ? [main] : latest.slice(0, 1);
}

/** A period of unknown end reaches to the next one of its account; where there is none, only the ongoing one reaches to now. */
function toSegment(period: StripPeriod, next: StripPeriod | undefined, axis: TimeAxis, now: number): Segment | null {
  const until = period.end ?? next?.start ?? (period.isOngoing === true ? now : period.start);
  const [start, end] = [Math.max(period.start, axis.from), Math.min(until, axis.to, now)];
  if (end <= start) return null;
  const share = (ms: number) => (ms / (axis.to - axis.from)) * 100;
  return { ...period, x: share(start - axis.from), width: share(end - start), isOpen: period.end === null };
}

/** On a strip of 400 px, 12 px: what is narrower is not seen. */
const MIN_UNKNOWN_SHARE = 3;

/**
 * The part of the axis that is not known, in percent: from the last known instant, or the start of the axis where nothing is known, to now. The
 * day is long and an outage short: it is never too narrow to be seen.
 */
export function unknownPart(
  knownUntil: number | null,
  axis: TimeAxis,
  now: number,
): { readonly x: number; readonly width: number } {
  const share = (at: number) => ((at - axis.from) / (axis.to - axis.from)) * 100;
  const end = share(Math.min(now, axis.to));
  const start = knownUntil === null ? 0 : share(knownUntil);
  const x = Math.max(0, Math.min(start, end - MIN_UNKNOWN_SHARE));
  return { x, width: Math.max(MIN_UNKNOWN_SHARE, end - x) };
}

/**
 * Puts the status that the list reports at the end of the periods of its account: the list is live, the periods are read once a minute.
 */
export function withCurrent(periods: readonly StripPeriod[], current: StripPeriod | null): readonly StripPeriod[] {
  if (!current) return periods;
  const others = periods.filter(({ account, start }) => account !== current.account || start < current.start);
  const closed = others.map((period) =>
    period.account === current.account && (period.end === null || period.end > current.start)
      ? { ...period, end: current.start, isOngoing: false }
      : period,
  );
  return [...closed, current];
}

/** From the start of the local day to its end; `to` is at least six hours after `from` on every day of the year. */
export function todayAxis(now: number): TimeAxis {
  const from = new Date(now).setHours(0, 0, 0, 0);
  const next = new Date(from);
  next.setDate(next.getDate() + 1);
  return { from, to: next.setHours(0, 0, 0, 0) };
}

/** The hours to mark on the axis: every third, at the wall clock. */
export function hourMarks({ from, to }: TimeAxis): readonly { readonly x: number; readonly hour: number }[] {
  return [3, 6, 9, 12, 15, 18, 21].map((hour) => ({
    hour,
    x: ((new Date(from).setHours(hour) - from) / (to - from)) * 100,
  }));
}
