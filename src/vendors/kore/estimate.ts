import { type CivilDate, type TimeRange, utcDay } from '../../domain/time.ts';
import { type Estimate, type Held, type Question, remembered, type Whom } from '../estimate.ts';
import { cellSpace } from './cells.ts';
import type { KoreConfig } from './config.ts';
import { directorySpace } from './discovery.ts';
import { MAX_PAGES } from './pages.ts';
import { MAX_AGENTS, windowsOf } from './plan.ts';
import { isEmail, keyOfReference } from './references.ts';
import { daysToAsk } from './sources.ts';
import { ENDPOINT } from './wire.ts';

/** Some agents, and the days that are asked of each of them at the same moment. */
interface Piece {
  readonly whom: Whom;
  readonly days: readonly CivilDate[];
}

/** What is not there yet of a piece, for agents asked by one kind of reference. */
interface Lack {
  readonly agents: number;
  readonly days: readonly CivilDate[];
  /** The references of them all; null when they are not all known. */
  readonly refs: readonly string[] | null;
}

/**
 * POSTs for the cells that are not there, packed as `plan` packs them; and for userIds and discovery the pages of the whole
 * account, as many as are ever read, because only the pages tell how many there are.
 *
 * What is asked at the same moment comes into one batch. Other things may come into it by chance, and its windows then fall
 * otherwise than each piece's own would: one window may meet two of a piece's, but there are never more than all days
 * together need. Hence the lesser of the two.
 */
export function estimatePosts({ maxDaysPerCall }: Pick<KoreConfig, 'maxDaysPerCall'>): Estimate {
  const countWindows = (days: readonly CivilDate[]): number => windowsOf(days.map(dayOfNobody), maxDaysPerCall).length;
  const countPages = (days: readonly CivilDate[]): number => countWindows(days) * MAX_PAGES;

  return (questions, now, held) => {
    const pieces = piecesOf(questions, utcDay(now));
    const lacksOf = (piece: Piece) => ({ ...piece, emails: emailsOf(piece, held), userIds: userIdsOf(piece, held) });
    const rounds = pieces.rounds.map((round) => round.map(lacksOf));
    const alone = pieces.alone.map(lacksOf);
    const all = countWindows([...rounds.flat(), ...alone].flatMap(({ emails }) => emails.days));
    const countPosts = (agents: number, days: readonly CivilDate[]): number =>
      Math.min(all, 2 * countWindows(days)) * Math.ceil(agents / MAX_AGENTS);

    const inRounds = rounds.map((round) => {
      const lacks = round.map(({ emails }) => emails);
      const oneByOne = sum(lacks.map(({ agents, days }) => countPosts(agents, days)));
      const atOnce = countPosts(countTogether(lacks), daysOf(lacks));
      return Math.min(oneByOne, atOnce) + countPages(daysOf(round.map(({ userIds }) => userIds)));
    });
    const oneByOne = alone.map(({ whom, emails, userIds }) => {
      const asked = Math.min(emails.agents, whom.most - userIds.agents);
      return userIds.agents * countPages(userIds.days) + asked * countPosts(1, emails.days);
    });
    const discovers = questions.some(({ capability }) => capability === 'discover') && !held.has(directorySpace, null);
    return [{ endpoint: ENDPOINT, calls: sum(inRounds) + sum(oneByOne) + (discovers ? MAX_PAGES : 0) }];
  };
}

/**
 * The pieces of each round, one for each group of agents; and those that come at a moment of their own. Of the latter,
 * without days that the same agents' round has asked for before: what a query has once, it does not ask for again.
 */
function piecesOf(questions: readonly Question[], today: CivilDate) {
  const rounds = new Map<string, Map<string, { readonly whom: Whom; readonly days: Set<CivilDate> }>>();
  const others = new Map<string, Piece>();
  const daysIn = remembered(
    ({ from, to }: TimeRange) => `${from} ${to}`,
    (during) => daysToAsk(during, today),
  );
  for (const question of questions) {
    if (question.capability !== 'statusPeriods' && question.capability !== 'currentStatus') continue;
    const { whom, together } = question;
    const days = question.capability === 'currentStatus' ? [today] : daysIn(question.during);
    if (together === null) {
      others.set(`${whom.key} ${days.join()}`, { whom, days });
      continue;
    }
    const round = rounds.get(together) ?? new Map<string, { readonly whom: Whom; readonly days: Set<CivilDate> }>();
    const piece = round.get(whom.key) ?? { whom, days: new Set<CivilDate>() };
    for (const day of days) piece.days.add(day);
    rounds.set(together, round.set(whom.key, piece));
  }
  const had = (key: string, day: CivilDate): boolean =>
    [...rounds.values()].some((round) => round.get(key)?.days.has(day) === true);
  return {
    rounds: [...rounds.values()].map((round) =>
      [...round.values()].map(({ whom, days }) => ({ whom, days: [...days] })),
    ),
    alone: [...others.values()].map(({ whom, days }) => ({ whom, days: days.filter((day) => !had(whom.key, day)) })),
  };
}

function emailsOf({ whom, days }: Piece, held: Held): Lack {
  return lackOf(whom.refs.filter(isEmail), days, whom, whom.others !== 'none', held);
}

/** The userId is the reference of those only who have no e-mail address. */
function userIdsOf({ whom, days }: Piece, held: Held): Lack {
  const userIds = whom.refs.filter((ref) => !isEmail(ref));
  return lackOf(userIds, days, whom, whom.others === 'any', held);
}

function lackOf(refs: readonly string[], days: readonly CivilDate[], whom: Whom, open: boolean, held: Held): Lack {
  const missing = refs
    .map((ref) => {
      const agent = keyOfReference(ref);
      return { ref, days: days.filter((day) => !held.has(cellSpace, { agent, ref, day })) };
    })
    .filter((one) => one.days.length > 0);
  if (open) return { agents: whom.most, days, refs: null };
  const agents = Math.min(whom.most, missing.length);
  return { agents, days: [...new Set(missing.flatMap((one) => one.days))], refs: missing.map(({ ref }) => ref) };
}

function countTogether(lacks: readonly Lack[]): number {
  const agents = sum(lacks.map((lack) => lack.agents));
  const refs = lacks.flatMap((lack) => lack.refs ?? []);
  return lacks.some((lack) => lack.refs === null) ? agents : Math.min(agents, new Set(refs).size);
}

function daysOf(lacks: readonly Lack[]): readonly CivilDate[] {
  return [...new Set(lacks.flatMap(({ days }) => days))];
}

function dayOfNobody(day: CivilDate) {
  return { agent: '', day };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
