const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;

/**
 * Variables for the queries in examples/queries, which must name times close to the present to have something to show.
 * `now` is in epoch milliseconds.
 */
export function exampleVariables(now: number) {
  // Whole minutes are easier to read and to change by hand.
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const instant = (at: number) => new Date(at).toISOString();
  const date = (at: number) => instant(at).slice(0, 10);
  return {
    day: { from: instant(minute - DAY_MS), to: instant(minute) },
    week: { from: date(now - 6 * DAY_MS), to: date(now), timeZone: 'UTC' },
  };
}
