import type { Clock, Instant } from '../domain/clock.ts';
import { DAY } from '../domain/time.ts';
import type { Company, Conversation, Person, Shift } from '../vendors/sandbox.ts';
import { countTraffic } from './bot-traffic.ts';
import { conversationsOf, type IsAskedFor, type Worker } from './conversations.ts';
import { DAYS_A_STINT_REACHES, PARTS_A_DAY, rota } from './rota.ts';
import { bots, people } from './staff.ts';
import { workday } from './workday.ts';

/** Nothing happened before; it bounds what an absurd range costs. */
const FOUNDED = Date.UTC(2020, 0, 1);
/** More than the company ever employs, so that serials never meet. */
const SERIALS_A_DAY = 256 * PARTS_A_DAY;

/** What of a plan has begun and overlaps the range: what goes on overlaps all from its start to now. */
const within =
  (from: Instant, to: Instant, now: Instant): IsAskedFor =>
  ({ start, end }) =>
    start < now && start < to && (end > now ? from < now : end > from);

const byStart = (a: { start: Instant }, b: { start: Instant }): number => a.start - b.start;

/** Lists something for every day on which a shift may have begun that is still going on in the range. */
const overDays = <T>(from: Instant, to: Instant, now: Instant, list: (day: number) => readonly T[]): T[] => {
  const first = Math.floor(Math.max(from, FOUNDED) / DAY) - DAYS_A_STINT_REACHES;
  const last = Math.floor(Math.min(to, now) / DAY);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, nth) => list(first + nth)).flat();
};

/** A made-up company whose people work round the clock, every day, up to now and never beyond it. */
export const createCompany = (clock: Pick<Clock, 'now'>, seed = 2041): Company => {
  const indexes = new Map(people.map((person, index) => [person.email, index]));
  const workerAt = (index: number): Worker | undefined => people[index] && { person: people[index], index };
  const indexOf = (person: Person): number => {
    const index = indexes.get(person.email);
    if (index === undefined) throw new Error(`nobody here is called ${person.firstName} ${person.lastName}`);
    return index;
  };
  return {
    people,
    bots,
    shifts: (person, from, to) => {
      const now = clock.now();
      const index = indexOf(person);
      const shiftsOf = (day: number): readonly Shift[] =>
        rota(person, index, day, seed)
          .filter(within(from, to, now))
          .map((stint) => ({
            serial: day * SERIALS_A_DAY + index * PARTS_A_DAY + stint.part,
            start: stint.start,
            end: stint.end > now ? null : stint.end,
            moves: workday(stint, [seed, index, day]).moves.filter((move) => move.at < now),
          }));
      return overDays(from, to, now, shiftsOf).sort(byStart);
    },
    conversations: (person, from, to) => {
      const now = clock.now();
      const index = indexOf(person);
      const conversationsOn = (day: number): readonly Conversation[] =>
        conversationsOf({ person, index }, workerAt(index ^ 1), day, seed, within(from, to, now)).map((planned) => ({
          ...planned,
          end: planned.end > now ? null : planned.end,
        }));
      return overDays(from, to, now, conversationsOn).sort(byStart);
    },
    traffic: (bot, from, to) =>
      countTraffic(bots.indexOf(bot), Math.max(from, FOUNDED), Math.min(to, clock.now()), seed),
  };
};
