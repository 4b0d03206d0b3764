import type { Instant } from './clock.ts';
import { DAY, SECOND, type CivilDate, startOfUtcDay } from './time.ts';

/** What the clocks of an IANA zone are ahead of UTC at an instant: seconds, east positive. RangeError for an unknown zone. */
export function offsetSeconds(timeZone: string, at: Instant): number {
  return wallClock(timeZone)(at) / SECOND;
}

/**
 * The first instant at which a zone's calendar shows that day (or, for a day that a zone left out, a later one). That is
 * local midnight, except where the clocks skip it; where they show it twice, the earlier time counts.
 */
export function startOfDay(day: CivilDate, timeZone: string): Instant {
  const ahead = wallClock(timeZone);
  const midnight = startOfUtcDay(day);
  // Clocks change at most once in two days, so one of these two offsets holds at midnight; if both do, midnight comes twice,
  // and the one before the change comes first.
  const before = ahead(midnight - DAY);
  const after = ahead(midnight + DAY);
  const hit = [midnight - before, midnight - after].find((at) => at + ahead(at) === midnight);
  return hit ?? changeBetween(midnight - after, midnight - before, ahead);
}

/** The instant, to the second, at which the clocks change between two others. */
function changeBetween(from: Instant, to: Instant, ahead: (at: Instant) => number): Instant {
  const target = ahead(to);
  let [low, high] = [from, to];
  while (high - low > SECOND) {
    const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND;
    if (ahead(middle) === target) high = middle;
    else low = middle;
  }
  return high;
}

/** Says by how many milliseconds a zone's clocks are ahead of UTC. */
function wallClock(timeZone: string): (at: Instant) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (at) => {
    const whole = Math.floor(at / SECOND) * SECOND;
    const parts = Object.fromEntries(format.formatToParts(whole).map(({ type, value }) => [type, value]));
    const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts;
    return Date.parse(`${year.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`) - whole;
  };
}
