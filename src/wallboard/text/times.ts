// Made once: a formatter takes longer to make than a hundred times to use.
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });

/** The wall clock of the browser with seconds: 12:03:05. */
export function formatClock(at: number): string {
  return CLOCK.format(at);
}

/** Without seconds: 12:03. */
export function formatTime(at: number): string {
  return formatClock(at).slice(0, 5);
}

/** The weekday of a date yyyy-mm-dd: Mon. */
export function formatWeekday(date: string): string {
  return WEEKDAY.format(new Date(`${date}T00:00:00Z`));
}
