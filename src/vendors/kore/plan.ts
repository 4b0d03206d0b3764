import { type CivilDate, DAY, startOfUtcDay, utcDay } from '../../domain/time.ts';

/** One agent on one UTC day: the smallest thing that can be asked for. */
export interface Place {
  readonly agent: string;
  readonly day: CivilDate;
}

/** One POST: some agents on some consecutive days. */
export interface Ask {
  readonly agents: readonly string[];
  readonly firstDay: CivilDate;
  readonly lastDay: CivilDate;
}

/** How many agents one POST may name. The vendor answers at most 50 agents a page. */
export const MAX_AGENTS = 50;

/** Consecutive days, counted from 1970-01-01, both inclusive. */
interface Window {
  readonly first: number;
  readonly last: number;
}

interface Need extends Window {
  readonly agent: string;
}

/** The days that each agent needs. */
type Needs = ReadonlyMap<string, readonly number[]>;

/**
 * Packs places into as few POSTs as they fit in; among plans of equally many POSTs the one that asks for fewer cells.
 * Two plans compete. The wide one lets agents share POSTs whatever their days are, which no plan beats in number while all
 * days fit into one window. The narrow one lets only agents with the same days share a POST, and asks for little in vain.
 */
export function plan(places: readonly Place[], maxDays: number): readonly Ask[] {
  const needs = needsOf(places);
  const wide = windowsOf(places, maxDays).flatMap((window) =>
    asksFor(needsWithin(needs, maxDays, window).sort(byWindow)),
  );
  const sameDays = Map.groupBy(needsWithin(needs, maxDays), ({ first, last }) => `${first}-${last}`);
  const narrow = [...sameDays.values()].flatMap(asksFor);
  return narrow.length < wide.length || (narrow.length === wide.length && cells(narrow) < cells(wide)) ? narrow : wide;
}

/** The fewest windows of at most `maxDays` that hold the days of all these places. */
export function windowsOf(places: readonly Place[], maxDays: number): readonly Window[] {
  return cover([...new Set(places.map(({ day }) => day))].map(dayNumber), maxDays);
}

export function daysOf(window: Pick<Ask, 'firstDay' | 'lastDay'>): readonly CivilDate[] {
  return Array.from({ length: lengthOf(window) }, (_, index) => dayOfNumber(dayNumber(window.firstDay) + index));
}

export function boundsOf({ first, last }: Window): Pick<Ask, 'firstDay' | 'lastDay'> {
  return { firstDay: dayOfNumber(first), lastDay: dayOfNumber(last) };
}

function needsOf(places: readonly Place[]): Needs {
  // There are few days and many places.
  const numbers = new Map([...new Set(places.map(({ day }) => day))].map((day) => [day, dayNumber(day)]));
  const needs = new Map<string, number[]>();
  for (const { agent, day } of places) {
    const number = numbers.get(day) ?? dayNumber(day);
    const known = needs.get(agent);
    if (known) known.push(number);
    else needs.set(agent, [number]);
  }
  return needs;
}

/** The windows that each agent needs on its own, counting only days within the given one. */
function needsWithin(
  needs: Needs,
  maxDays: number,
  { first, last }: Window = { first: -Infinity, last: Infinity },
): Need[] {
  return [...needs].flatMap(([agent, days]) => {
    const within = days.filter((day) => day >= first && day <= last);
    return cover(within, maxDays).map((window) => ({ agent, ...window }));
  });
}

function cover(days: readonly number[], maxDays: number): readonly Window[] {
  const windows: { readonly first: number; last: number }[] = [];
  for (const day of days.toSorted((a, b) => a - b)) {
    const open = windows.at(-1);
    if (open && day - open.first < maxDays) open.last = day;
    else windows.push({ first: day, last: day });
  }
  return windows;
}

/** POSTs for needs in this order, each POST's window being as wide as its widest need asks. */
function asksFor(needs: readonly Need[]): readonly Ask[] {
  return Array.from({ length: Math.ceil(needs.length / MAX_AGENTS) }, (_, index) => {
    const some = needs.slice(index * MAX_AGENTS, (index + 1) * MAX_AGENTS);
    const first = Math.min(...some.map((need) => need.first));
    const last = Math.max(...some.map((need) => need.last));
    return { agents: some.map(({ agent }) => agent), ...boundsOf({ first, last }) };
  });
}

function cells(asks: readonly Ask[]): number {
  return asks.reduce((sum, ask) => sum + ask.agents.length * lengthOf(ask), 0);
}

function lengthOf({ firstDay, lastDay }: Pick<Ask, 'firstDay' | 'lastDay'>): number {
  return dayNumber(lastDay) - dayNumber(firstDay) + 1;
}

function byWindow(a: Need, b: Need): number {
  return a.first - b.first || a.last - b.last;
}

function dayNumber(day: CivilDate): number {
  return startOfUtcDay(day) / DAY;
}

function dayOfNumber(number: number): CivilDate {
  return utcDay(number * DAY);
}
