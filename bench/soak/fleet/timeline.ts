import { createCompany } from '../../../src/sandbox/company.ts';
import type { Company, CompanyBot, CompanyPerson, Conversation } from '../../../src/vendors/sandbox.ts';

/*
 * What the sandbox's vendors answer at any moment, computed from the same seeded company but without vendor, network or gateway.
 * Times that a vendor sends in whole seconds are truncated here, too.
 */

const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
/** Longer than a shift, so that the status of every moment is known. */
const STATUS_LOOKBACK_MS = 2 * DAY_MS;
/** Longer than any agent's pause between two conversations, holidays included. */
const CONVERSATION_LOOKBACK_MS = 30 * DAY_MS;
/** The site whose account has version 1 of Vonage's API. */
const LEGACY_SITE = 'vancouver';

/** A status as Kore sends it, in upper case. */
export interface TimelineStatus {
  readonly status: string;
  readonly start: number;
  readonly end: number;
}

/** The company's activity, to compare answers with. */
export interface Timeline {
  readonly people: readonly CompanyPerson[];
  readonly bots: readonly CompanyBot[];
  /** The distinct current statuses that Kore may have sent between two moments; null stands for none. */
  readonly statuses: (person: CompanyPerson, from: number, to: number) => readonly (TimelineStatus | null)[];
  /** The distinct lists of conversation ids that Vonage may have sent between two moments. */
  readonly interactions: (person: CompanyPerson, from: number, to: number) => readonly (readonly string[])[];
  /** The starts of the statuses that overlap a range by the times that Kore sends. */
  readonly statusStarts: (person: CompanyPerson, from: number, to: number) => readonly number[];
  /** The number of sessions that overlap a range. */
  readonly sessionCount: (person: CompanyPerson, from: number, to: number) => number;
  readonly messageCount: (bot: CompanyBot, from: number, to: number) => number;
}

/** Creates the time line of the sandbox's company until `until`. */
export function createTimeline(from: number, until: number): Timeline {
  // At the end of the time line everything is known. What began later than a moment is left out when it is asked for.
  const company = createCompany({ now: () => until });
  const statuses = new Map<CompanyPerson, readonly TimelineStatus[]>();
  const conversations = new Map<CompanyPerson, readonly Conversation[]>();
  return {
    people: company.people,
    bots: company.bots,
    statuses(person, earliest, latest) {
      const all = remember(statuses, person, () => listStatuses(company, person, from - STATUS_LOOKBACK_MS, until));
      return moments(
        all.flatMap(({ start, end }) => [start, end]),
        earliest,
        latest,
      ).map((at) => all.findLast(({ start, end }) => start < at && at < end) ?? null);
    },
    interactions(person, earliest, latest) {
      const all = remember(conversations, person, () =>
        company.conversations(person, from - CONVERSATION_LOOKBACK_MS, until),
      );
      return moments(
        all.flatMap(({ start, end }) => [start, end ?? until]),
        earliest,
        latest,
      ).map((at) => (person.site === LEGACY_SITE ? listAt(all, at, until) : listLastStarted(all, at)));
    },
    statusStarts: (person, first, last) => {
      const sent = listStatuses(company, person, first, last).map(toSentTimes);
      const overlapping = sent.filter(({ start, end }) => start < last && (end > first || start >= first));
      return [...new Set(overlapping.map(({ start }) => start))].sort((a, b) => a - b);
    },
    sessionCount: (person, first, last) => company.shifts(person, first, last).length,
    messageCount: (bot, first, last) => company.traffic(bot, first, last).messages,
  };
}

function remember<Key, Value>(values: Map<Key, Value>, key: Key, compute: () => Value): Value {
  const value = values.get(key) ?? compute();
  values.set(key, value);
  return value;
}

/** The first moment of a range, and the moments just after each change in it. */
function moments(changes: readonly number[], from: number, to: number): readonly number[] {
  return [from, ...changes.filter((at) => from <= at && at < to).map((at) => at + 1)];
}

function listStatuses(company: Company, person: CompanyPerson, from: number, to: number): readonly TimelineStatus[] {
  return company.shifts(person, from, to).flatMap(({ statusChanges, end: shiftEnd }) => {
    // Kore does not count chats: a change of their number alone starts no status.
    const changes = statusChanges.filter((change, index) => {
      const before = statusChanges[index - 1];
      const isOnlyChats =
        change.status === before?.status &&
        change.reason === before.reason &&
        change.concurrentChats !== before.concurrentChats;
      return !isOnlyChats;
    });
    return changes.map(({ at, status }, index) => ({
      status: status.toUpperCase(),
      start: at,
      end: changes[index + 1]?.at ?? shiftEnd ?? Infinity,
    }));
  });
}

/** Version 2: the one that started last. */
function listLastStarted(conversations: readonly Conversation[], at: number): readonly string[] {
  const begun = conversations.filter(({ start }) => start < at);
  return begun
    .toSorted((a, b) => b.start - a.start)
    .slice(0, 1)
    .map(({ guid }) => guid);
}

/** Version 1: the active conversations, phone calls first; without any, the one that ended last. */
function listAt(conversations: readonly Conversation[], at: number, until: number): readonly string[] {
  const begun = conversations.filter(({ start }) => start < at).map((each) => ({ ...each, end: each.end ?? until }));
  const isPhone = ({ medium }: Pick<Conversation, 'medium'>): number => Number(medium === 'Phone');
  const active = begun.filter(({ end }) => end > at).toSorted((a, b) => isPhone(b) - isPhone(a) || b.start - a.start);
  const ended = begun.toSorted((a, b) => b.end - a.end).slice(0, 1);
  return (active.length > 0 ? active : ended).map(({ guid }) => guid);
}

/** A status that ends in the first second of a day ends at midnight in what Kore sends, and so before that day. */
function toSentTimes({ start, end }: TimelineStatus): Pick<TimelineStatus, 'start' | 'end'> {
  return { start: toWholeSecond(start), end: toWholeSecond(end) };
}

export function toWholeSecond(at: number): number {
  return Math.floor(at / SECOND_MS) * SECOND_MS;
}
