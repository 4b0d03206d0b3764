import type { Clock, Instant } from '../domain/clock.ts';
import { DAY } from '../domain/time.ts';
import type { Company, CompanyPerson, Conversation, Shift } from '../vendors/sandbox.ts';
import { countTraffic } from './bot-traffic.ts';
import { createCompanyPlan } from './company-plan.ts';
import { bots, people, teams } from './people.ts';
import { planConversations, type SpanFilter } from './plan-conversations.ts';
import { MAX_DAYS_APART, MAX_SEGMENTS_PER_DAY } from './shift-schedule.ts';

/** The history starts here, which bounds the cost of an absurdly long range. */
const FOUNDED_AT = Date.UTC(2020, 0, 1);
/** 256 is more people than the company has, so serials are unique. */
const SERIALS_PER_DAY = 256 * MAX_SEGMENTS_PER_DAY;

/** Selects planned spans that have started and overlap the range. An ongoing span reaches from its start to now. */
function createSpanFilter(from: Instant, to: Instant, now: Instant): SpanFilter {
  return ({ start, end }) => start < now && start < to && (end > now ? from < now : end > from);
}

function byStart(a: { start: Instant }, b: { start: Instant }): number {
  return a.start - b.start;
}

/** Calls `list` for every civil day of whose shifts one may overlap the range. */
function flatMapDays<T>(from: Instant, to: Instant, now: Instant, list: (day: number) => readonly T[]): T[] {
  const first = Math.floor(Math.max(from, FOUNDED_AT) / DAY) - MAX_DAYS_APART;
  const last = Math.floor(Math.min(to, now) / DAY) + MAX_DAYS_APART;
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, nth) => list(first + nth)).flat();
}

/** Creates an invented company whose people work around the clock. Its history ends at the current time. */
export function createCompany(clock: Pick<Clock, 'now'>, seed = 2041): Company {
  const indexes = new Map(people.map((person, index) => [person.email, index]));
  const plan = createCompanyPlan(people, seed);
  const indexOf = (person: CompanyPerson): number => {
    const index = indexes.get(person.email);
    if (index === undefined) throw new Error(`unknown person: ${person.firstName} ${person.lastName}`);
    return index;
  };
  return {
    people,
    bots,
    teams,
    shifts: (person, from, to) => {
      const now = clock.now();
      const index = indexOf(person);
      const shiftsOf = (day: number): readonly Shift[] =>
        plan
          .segmentsOn(index, day)
          .filter(createSpanFilter(from, to, now))
          .map((segment) => ({
            serial: day * SERIALS_PER_DAY + index * MAX_SEGMENTS_PER_DAY + segment.segmentIndex,
            start: segment.start,
            end: segment.end > now ? null : segment.end,
            statusChanges: plan.activityIn(index, day, segment).statusChanges.filter(({ at }) => at < now),
          }));
      return flatMapDays(from, to, now, shiftsOf).sort(byStart);
    },
    conversations: (person, from, to) => {
      const now = clock.now();
      const index = indexOf(person);
      const conversationsOn = (day: number): readonly Conversation[] =>
        planConversations(plan, index, day, createSpanFilter(from, to, now)).map((planned) => ({
          ...planned,
          end: planned.end > now ? null : planned.end,
        }));
      return flatMapDays(from, to, now, conversationsOn).sort(byStart);
    },
    traffic: (bot, from, to) =>
      countTraffic(bots.indexOf(bot), Math.max(from, FOUNDED_AT), Math.min(to, clock.now()), seed),
  };
}
