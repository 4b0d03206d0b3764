import { Cron } from 'croner';
import type { Instant } from '../domain/clock.ts';

/** The times of a cron expression in a time zone. */
export interface CronSchedule {
  /** The first time after an instant; null where there is none. */
  readonly next: (after: Instant) => Instant | null;
}

/**
 * Reads an expression of five fields (minute, hour, day of the month, month, day of the week), or a name such as `@daily`. Where the
 * clock of the zone skips the time of a daily job, it runs right after the gap; where it comes twice, it runs the first time
 * (https://croner.56k.guru). Throws an error with the problem.
 */
export function createCronSchedule(expression: string, timeZone: string): CronSchedule {
  const cron = new Cron(expression, { timezone: timeZone, mode: '5-part', paused: true });
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() ?? null };
}

/** Why a text is no cron expression; null where it is one. */
export function findCronProblem(expression: string): string | null {
  try {
    const { next } = createCronSchedule(expression, 'UTC');
    return next(0) === null ? 'is a time that never comes' : null;
  } catch {
    return 'must be a cron expression of five fields, such as 0 5 * * * for five o’clock each day';
  }
}
