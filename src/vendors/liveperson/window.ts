import type { Instant } from '../../domain/clock.ts';
import { DAY, HOUR, type TimeRange } from '../../domain/time.ts';
import type { LivePersonConfig } from './config.ts';

/** Windows of seven days are known to work (the Singer tap for LivePerson asks for them); the vendor documents no limit. */
const MAX_WINDOW_MS = 7 * DAY;

export type WindowRules = Pick<
  LivePersonConfig,
  'longestSessionHours' | 'settleHours' | 'lookBackHours' | 'retentionDays'
>;

/**
 * What to list, and how far the files behind it can be trusted.
 *
 * `startTime` and `endTime` of a list bound when files were generated, not when things happened: a session is written once
 * it is over, up to `settleHours` later. So what happened in a range is in the files generated from its beginning until a
 * longest session and that delay after its end. Where sessions are written in pieces, what a piece tells of may still go on
 * when the range begins: `lookBackHours` has the files before it read, too.
 */
export interface Coverage {
  /** When files were generated, in whole hours, none longer than a list call may be; empty when there can be none. */
  readonly windows: readonly TimeRange[];
  /** What happened from here … */
  readonly from: Instant;
  /** … until here is in the files for certain: whoever was at work after that may still be. */
  readonly to: Instant;
  /** Whether files of the range have been deleted by now. */
  readonly expired: boolean;
}

export function computeCoverage(during: TimeRange, now: Instant, rules: WindowRules): Coverage {
  const delayMs = (rules.longestSessionHours + rules.settleHours) * HOUR;
  const oldest = oldestFileTime(now, rules);
  const from = Math.max(during.from, oldest);
  const to = Math.max(from, Math.min(during.to, now - delayMs));
  // A range that ends before the oldest file began is beyond reach; late files of it, if any, would be a random rest.
  const isBeyondReach = during.to <= oldest || during.from >= now;
  const generated = {
    from: Math.max(oldest, during.from - rules.lookBackHours * HOUR),
    to: Math.min(now, during.to + delayMs),
  };
  // Files are cut by the hour: what is younger than the hour in which the oldest one was made is not gone.
  return {
    windows: isBeyondReach ? [] : splitIntoWindows(generated),
    from,
    to,
    expired: during.from < startOfHour(oldest),
  };
}

/** The windows that cover a span of generation. Whole hours, so that a range that moves with the clock asks for the same. */
export function splitIntoWindows(generated: TimeRange): readonly TimeRange[] {
  const windows: TimeRange[] = [];
  const end = Math.ceil(generated.to / HOUR) * HOUR;
  if (generated.from >= generated.to) return windows;
  for (let from = startOfHour(generated.from); from < end; from += MAX_WINDOW_MS) {
    windows.push({ from, to: Math.min(end, from + MAX_WINDOW_MS) });
  }
  return windows;
}

/** The windows in whose files agents are looked for. */
export function discoveryWindows(
  now: Instant,
  { discoverHours }: Pick<LivePersonConfig, 'discoverHours'>,
): readonly TimeRange[] {
  return splitIntoWindows({ from: now - discoverHours * HOUR, to: now });
}

/** When the oldest files were generated that the vendor still keeps. */
export function oldestFileTime(now: Instant, rules: Pick<WindowRules, 'retentionDays'>): Instant {
  return now - rules.retentionDays * DAY;
}

/** Whether no file can be added any more to those generated in a window. */
export function isSettled(window: TimeRange, now: Instant, rules: Pick<WindowRules, 'settleHours'>): boolean {
  return window.to + rules.settleHours * HOUR <= now;
}

function startOfHour(instant: Instant): Instant {
  return Math.floor(instant / HOUR) * HOUR;
}
