import type { Instant } from '../../domain/clock.ts';
import { DAY, HOUR, type TimeRange } from '../../domain/time.ts';
import type { LivePersonConfig } from './config.ts';

export type WindowRules = Pick<
  LivePersonConfig,
  'longestSessionHours' | 'settleHours' | 'lookBackHours' | 'listWindowHours' | 'retentionDays'
>;

/**
 * The windows to list for a range, and the part of the range that their files cover.
 *
 * `startTime` and `endTime` of a list bound when files were generated, not when events happened. A session is written once it is
 * over, up to `settleHours` later. So the events of a range are in the files generated between its start and
 * `longestSessionHours` + `settleHours` after its end. Where sessions are written in parts, a status of an earlier part may last
 * into the range: `lookBackHours` includes older files, too.
 */
export interface Coverage {
  /** Generation times in whole hours, none longer than a list call may cover; empty when the range cannot have files. */
  readonly windows: readonly TimeRange[];
  /** From here on … */
  readonly from: Instant;
  /** … until here, all events are in the files. A session that was open after this time may still be. */
  readonly to: Instant;
  /** Until when all events of the range are certain to be written; before `from` where none of them is. */
  readonly writtenUntil: Instant;
  /** Whether files of the range have been deleted. */
  readonly expired: boolean;
  /** Until when the same range has the same coverage; not after `now` where it changes with the time. */
  readonly constantUntil: Instant;
}

export function computeCoverage(during: TimeRange, now: Instant, rules: WindowRules): Coverage {
  const delayMs = (rules.longestSessionHours + rules.settleHours) * HOUR;
  const oldest = oldestFileTime(now, rules);
  const from = Math.max(during.from, oldest);
  const writtenUntil = Math.min(during.to, now - delayMs);
  // A range that ends before the oldest file is beyond reach: its late files, if any, would be a random part.
  const isBeyondReach = during.to <= oldest || during.from >= now;
  const generated = {
    from: Math.max(oldest, during.from - rules.lookBackHours * HOUR),
    to: Math.min(now, during.to + delayMs),
  };
  // A file covers an hour, so nothing after the start of the oldest file's hour is lost.
  return {
    windows: isBeyondReach ? [] : splitIntoWindows(generated, rules),
    from,
    to: Math.max(from, writtenUntil),
    writtenUntil,
    expired: during.from < startOfHour(oldest),
    // Before, some of its files are not written yet; afterwards, some have been deleted.
    constantUntil:
      now < during.to + delayMs ? now : during.from - rules.lookBackHours * HOUR + rules.retentionDays * DAY,
  };
}

/** The parts of a range that the files do not cover: before them, and after them. */
export function uncoveredParts(during: TimeRange, { from, to, expired }: Coverage): readonly TimeRange[] {
  const before = { from: during.from, to: expired ? Math.min(from, during.to) : during.from };
  const after = { from: Math.max(to, during.from), to: during.to };
  return [before, after].filter((part) => part.from < part.to);
}

/** Splits generation times into windows of whole hours, so that a range that moves with the clock requests the same windows. */
export function splitIntoWindows(
  generated: TimeRange,
  { listWindowHours }: Pick<WindowRules, 'listWindowHours'>,
): readonly TimeRange[] {
  const windows: TimeRange[] = [];
  const maxWindowMs = listWindowHours * HOUR;
  const end = Math.ceil(generated.to / HOUR) * HOUR;
  if (generated.from >= generated.to) return windows;
  for (let from = startOfHour(generated.from); from < end; from += maxWindowMs) {
    windows.push({ from, to: Math.min(end, from + maxWindowMs) });
  }
  return windows;
}

/** Returns the windows whose files discovery reads. */
export function discoveryWindows(
  now: Instant,
  config: Pick<LivePersonConfig, 'discoverHours' | 'listWindowHours'>,
): readonly TimeRange[] {
  return splitIntoWindows({ from: now - config.discoverHours * HOUR, to: now }, config);
}

/** Returns the generation time of the oldest files that the vendor still has. */
export function oldestFileTime(now: Instant, rules: Pick<WindowRules, 'retentionDays'>): Instant {
  return now - rules.retentionDays * DAY;
}

/** Whether the list of a window is final. */
export function isSettled(window: TimeRange, now: Instant, rules: Pick<WindowRules, 'settleHours'>): boolean {
  return window.to + rules.settleHours * HOUR <= now;
}

function startOfHour(instant: Instant): Instant {
  return Math.floor(instant / HOUR) * HOUR;
}
