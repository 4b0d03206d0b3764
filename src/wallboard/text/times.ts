/** The wall clock of the browser with seconds: 12:03:05. */
export function formatClock(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** Without seconds: 12:03. */
export function formatTime(at: number): string {
  return formatClock(at).slice(0, 5);
}

/** The weekday of a date yyyy-mm-dd: Mon. */
export function formatWeekday(date: string): string {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' });
}
