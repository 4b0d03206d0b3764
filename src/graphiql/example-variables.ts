const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;

/**
 * Returns variables for the queries in examples/queries. Their times are close to the present, so that the queries return data.
 * `now` is in epoch milliseconds.
 */
export function exampleVariables(now: number) {
  // Full minutes are easier to read and to edit.
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const instant = (at: number) => new Date(at).toISOString();
  const date = (at: number) => instant(at).slice(0, 10);
  return {
    day: { from: instant(minute - DAY_MS), to: instant(minute) },
    lastWeek: { from: instant(minute - 7 * DAY_MS), to: instant(minute) },
    week: { from: date(now - 6 * DAY_MS), to: date(now), timeZone: 'UTC' },
  };
}
