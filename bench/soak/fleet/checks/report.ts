import type { Finding } from '../violations.ts';
import { type Answer, type AnswerSource, type CheckContext, checkSources, isExplained } from './answer.ts';

export const REPORT_QUERY = `query SoakReport($day: TimeRange!, $settledDay: TimeRange!, $dates: DateRange!, $kore: [String!]) {
  agents(first: 1000) {
    nodes {
      name email accounts { account { vendor } }
      statusPeriods(during: $day, accounts: $kore) { complete sources { ...Source } nodes { start } }
      sessions(during: $settledDay) { complete sources { ...Source } totalCount }
      usageStats(during: $dates) { complete sources { ...Source } current { messagesCount } }
    }
  }
}
fragment Source on SourceReport { account { name } outcome error { code reason } }`;

const DAY_MS = 86_400_000;
/** LivePerson is certain to have written all files of a day that ended so long ago. */
const SETTLED_DAYS = 2;

/** The days of a report: past ones, whose data no longer changes. */
export interface ReportDays {
  readonly day: number;
  readonly settledDay: number;
}

/** The days of the `nth` report: a new one each time, so that vendors are called. */
export function reportDays(nth: number, now: number): ReportDays {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const daysBack = 1 + (nth % 20);
  return { day: today - daysBack * DAY_MS, settledDay: today - (SETTLED_DAYS + daysBack) * DAY_MS };
}

export function reportVariables({ day, settledDay }: ReportDays, koreAccount: string): object {
  const range = (from: number) => ({ from: toText(from), to: toText(from + DAY_MS) });
  const date = toText(day).slice(0, 10);
  return { day: range(day), settledDay: range(settledDay), dates: { from: date, to: date }, kore: [koreAccount] };
}

function toText(at: number): string {
  return new Date(at).toISOString();
}

interface Sourced {
  readonly complete: boolean;
  readonly sources: readonly AnswerSource[];
}

export interface ReportData {
  readonly agents: {
    readonly nodes: readonly {
      readonly name: string | null;
      readonly email: string | null;
      readonly accounts: readonly { readonly account: { readonly vendor: string } }[];
      readonly statusPeriods: (Sourced & { readonly nodes: readonly { readonly start: string }[] }) | null;
      readonly sessions: (Sourced & { readonly totalCount: number }) | null;
      readonly usageStats: (Sourced & { readonly current: { readonly messagesCount: number | null } }) | null;
    }[];
  };
}

const VENDOR_OF = { statusPeriods: 'KORE', sessions: 'LIVEPERSON', usageStats: 'AVAAMO' } as const;

/** Compares a report of past days with the company: what is complete must be exact. */
export function checkReport(
  answer: Answer<ReportData>,
  { day, settledDay }: ReportDays,
  context: CheckContext,
): readonly Finding[] {
  if (!answer.data) return [];
  const { timeline } = context;
  const findings: Finding[] = [];
  const rows = new Map(
    answer.data.agents.nodes.map((row, index) => [row.email?.toLowerCase() ?? row.name, { row, index }]),
  );
  const check = <Field extends Sourced>(
    who: string,
    name: 'statusPeriods' | 'sessions' | 'usageStats',
    fieldOf: (row: ReportData['agents']['nodes'][number]) => Field | null,
    expected: unknown,
    actual: (field: Field) => unknown,
  ): void => {
    const entry = rows.get(who);
    if (!entry) {
      findings.push({ check: 'agents lost', detail: `${who} in a report` });
      return;
    }
    const field = fieldOf(entry.row);
    const path = `agents.nodes.${entry.index}.${name}`;
    // The directory leaves some out of what people have: LivePerson names them by a nickname only.
    if (!field && !entry.row.accounts.some(({ account }) => account.vendor === VENDOR_OF[name])) return;
    if (!field) {
      if (!isExplained(answer, path)) findings.push({ check: 'null without an error', detail: `${name} of ${who}` });
      return;
    }
    findings.push(...checkSources(name, field, answer, context));
    const [wanted, found] = [JSON.stringify(expected), JSON.stringify(actual(field))];
    if (field.complete && wanted !== found)
      findings.push({
        check: 'report that is not exact',
        detail: `${name} of ${who}, ${toText(day)}: ${found.slice(0, 80)} instead of ${wanted.slice(0, 80)}`,
      });
  };

  for (const person of timeline.people) {
    const { kore, liveperson } = person.refsByVendor;
    if (kore !== undefined) {
      const starts = timeline.statusStarts(person, day, day + DAY_MS);
      check(
        person.email,
        'statusPeriods',
        (row) => row.statusPeriods,
        starts,
        ({ nodes }) => [...new Set(nodes.map(({ start }) => Date.parse(start)))],
      );
    }
    if (liveperson !== undefined) {
      const sessionCount = timeline.sessionCount(person, settledDay, settledDay + DAY_MS);
      check(
        person.email,
        'sessions',
        (row) => row.sessions,
        sessionCount,
        ({ totalCount }) => totalCount,
      );
    }
  }
  for (const bot of timeline.bots) {
    const messages = timeline.messageCount(bot, day, day + DAY_MS);
    check(
      bot.name,
      'usageStats',
      (row) => row.usageStats,
      messages,
      ({ current }) => current.messagesCount,
    );
  }
  return findings;
}
