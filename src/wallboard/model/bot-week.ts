import type { BotsQuery, BotsQueryVariables } from '../generated/documents.ts';

export interface BotDay {
  /** yyyy-mm-dd. */
  readonly date: string;
  /** Null where it could not be read. */
  readonly messages: number | null;
  readonly interventions: number | null;
  /** In percent; null where nothing was asked. */
  readonly successRate: number | null;
  readonly isComplete: boolean;
}

export interface BotWeek {
  readonly id: string;
  readonly name: string;
  readonly days: readonly BotDay[];
}

const KEYS = ['day1', 'day2', 'day3', 'day4', 'day5', 'day6', 'day7'] as const;

/** The last seven days, the current one last, as the dates of a time zone. */
export function lastDays(now: number, timeZone: string): readonly string[] {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(now);
  // Counted on the calendar, where no day is short or long.
  const day = (back: number) => new Date(Date.parse(`${today}T00:00:00Z`) - back * 86_400_000);
  return KEYS.map((_, index) =>
    day(KEYS.length - 1 - index)
      .toISOString()
      .slice(0, 10),
  );
}

export function botVariables(dates: readonly string[], timeZone: string): BotsQueryVariables {
  const range = (index: number) => {
    const date = dates[index] ?? '';
    return { from: date, to: date, timeZone };
  };
  return {
    day1: range(0),
    day2: range(1),
    day3: range(2),
    day4: range(3),
    day5: range(4),
    day6: range(5),
    day7: range(6),
  };
}

export function toBotWeeks({ agents }: BotsQuery, dates: readonly string[]): readonly BotWeek[] {
  return agents.nodes.map((bot) => ({
    id: bot.id,
    name: bot.name ?? 'Bot without a name',
    days: KEYS.map((key, index): BotDay => {
      const stats = bot[key];
      return {
        date: dates[index] ?? '',
        messages: stats?.current.messagesCount ?? null,
        interventions: stats?.current.interventionsCount ?? null,
        successRate: stats?.current.successRate ?? null,
        isComplete: stats?.complete === true,
      };
    }),
  }));
}

/** What is known of the week; counts of messages and interventions can be added up. */
export function totalOf(days: readonly BotDay[], key: 'messages' | 'interventions'): number {
  return days.reduce((sum, day) => sum + (day[key] ?? 0), 0);
}

/** The end of an axis from zero that holds all values: 1, 2 or 5 times a power of ten. */
export function axisEnd(values: readonly (number | null)[]): number {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= most) ?? 10 * power;
}
