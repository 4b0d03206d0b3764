import type { Instant } from '../domain/clock.ts';
import { DAY, MINUTE, SECOND } from '../domain/time.ts';
import type { CompanyPerson } from '../vendors/sandbox.ts';
import { hash } from './seeded-random.ts';
import { MAX_DAYS_APART, type ShiftSchedule, type ShiftSegment } from './shift-schedule.ts';
import { siteIndexOf, SITES } from './sites.ts';

/** What a person is on duty for, so that someone always is: on a call, available, away. */
export interface Duty {
  readonly kind: 'call' | 'available' | 'away';
  readonly start: Instant;
  readonly end: Instant;
}

/** Who is on duty at a site at a time: chance alone leaves moments at which no person is available, on a call or away. */
export interface DutyRota {
  /** A person's duties in a segment of their shift, by start, without overlaps. */
  readonly dutiesIn: (index: number, segment: ShiftSegment) => readonly Duty[];
}

const TURN_MS = 5 * MINUTE;
/** Turns neither begin at the same minute of every hour, nor for all at the same second. */
const MAX_TURN_DELAY_MS = 2 * MINUTE;
const MAX_OVERLAP_MS = 20 * SECOND;
/** Bounds the memory; more than a month of all sites. */
const MAX_KEPT_TURNS = 40_000;

type Turn = Readonly<Record<Duty['kind'], number | undefined>>;

function turnStart(site: number, turn: number): Instant {
  return turn * TURN_MS + (hash(site, turn, 12) % MAX_TURN_DELAY_MS);
}

/** Whether a segment covers the span, without a lunch in it. */
function isAtWork({ start, end, lunch }: ShiftSegment, from: Instant, to: Instant): boolean {
  return start < from && end > to && (lunch === null || lunch.to < from || lunch.from > to);
}

export function createDutyRota(people: readonly CompanyPerson[], schedule: ShiftSchedule, seed: number): DutyRota {
  const indexesBySite = SITES.map((_, site) =>
    people.flatMap((_person, index) => (siteIndexOf(index) === site ? [index] : [])),
  );
  const kept = new Map<number, Turn>();

  /** The people of a site who are at work during the whole turn. */
  const staffOf = (site: number, turn: number): readonly number[] => {
    const [from, to] = [turnStart(site, turn) - MAX_OVERLAP_MS, turnStart(site, turn + 1) + MAX_OVERLAP_MS];
    const day = Math.floor(from / DAY);
    const days = Array.from({ length: 2 * MAX_DAYS_APART + 1 }, (_, nth) => day - MAX_DAYS_APART + nth);
    return (indexesBySite[site] ?? []).filter((index) =>
      days.some((own) => schedule.segmentsOn(index, own).some((segment) => isAtWork(segment, from, to))),
    );
  };

  const planTurn = (site: number, turn: number): Turn => {
    const staff = staffOf(site, turn);
    const pick = (among: readonly number[], salt: number): number | undefined =>
      among[hash(seed, site, turn, salt) % Math.max(among.length, 1)];
    const call = pick(
      staff.filter((index) => people[index]?.refsByVendor.vonage !== undefined),
      13,
    );
    const available = pick(
      staff.filter((index) => index !== call),
      14,
    );
    const away = pick(
      staff.filter((index) => index !== call && index !== available),
      15,
    );
    return { call, available, away };
  };

  const turnOf = (site: number, turn: number): Turn => {
    const key = turn * SITES.length + site;
    const known = kept.get(key);
    if (known) return known;
    const planned = planTurn(site, turn);
    if (kept.size >= MAX_KEPT_TURNS) kept.clear();
    kept.set(key, planned);
    return planned;
  };

  const dutyIn = (index: number, site: number, turn: number): readonly Duty[] => {
    const planned = turnOf(site, turn);
    const kind = (['call', 'available', 'away'] as const).find((own) => planned[own] === index);
    if (kind === undefined) return [];
    const overlap = (salt: number): number => hash(seed, index, turn, salt) % MAX_OVERLAP_MS;
    return [{ kind, start: turnStart(site, turn) - overlap(16), end: turnStart(site, turn + 1) + overlap(17) }];
  };

  return {
    dutiesIn: (index, { start, end }) => {
      const site = siteIndexOf(index);
      const [first, last] = [Math.floor(start / TURN_MS) - 1, Math.floor(end / TURN_MS)];
      const turns = Array.from({ length: last - first + 1 }, (_, nth) => first + nth);
      const duties = turns
        .flatMap((turn) => dutyIn(index, site, turn).map((duty) => ({ ...duty, turn })))
        .filter((duty) => duty.start > start && duty.end < end);
      // Of two turns in a row, the second begins exactly when the turns change.
      return duties.map(({ turn, ...duty }, nth) => ({
        ...duty,
        start: duties[nth - 1]?.turn === turn - 1 ? turnStart(site, turn) : duty.start,
        end: duties[nth + 1]?.turn === turn + 1 ? turnStart(site, turn + 1) : duty.end,
      }));
    },
  };
}
