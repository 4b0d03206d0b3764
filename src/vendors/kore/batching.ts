import { type CivilDate, DAY, startOfUtcDay, utcDay } from '../../domain/time.ts';

/** One agent on one UTC day: the smallest unit of a request. */
export interface AgentDay {
  readonly agent: string;
  readonly day: CivilDate;
}

/** Consecutive UTC days, both inclusive. */
export interface DayBounds {
  readonly firstDay: CivilDate;
  readonly lastDay: CivilDate;
}

/** One POST: some agents on some consecutive days. */
export interface BatchRequest extends DayBounds {
  readonly agents: readonly string[];
}

/** How many agents one POST may name. The vendor returns at most 50 agents a page. */
export const MAX_AGENTS_PER_REQUEST = 50;

/** Consecutive days, counted from 1970-01-01, both inclusive. */
interface DayWindow {
  readonly first: number;
  readonly last: number;
}

interface AgentWindow extends DayWindow {
  readonly agent: string;
}

/** The days that each agent needs. */
type DaysByAgent = ReadonlyMap<string, readonly number[]>;

/**
 * Packs cells into the fewest POSTs; among packings with equally many POSTs, the one that requests fewer cells.
 * Two packings compete. The wide one lets agents share a POST whatever their days are; no packing needs fewer POSTs while
 * all days fit into one window. The narrow one lets only agents with the same days share a POST, and requests few cells
 * that are not needed.
 */
export function packRequests(agentDays: readonly AgentDay[], maxDays: number): readonly BatchRequest[] {
  const day = agentDays[0]?.day;
  // The usual case: there is nothing to compare.
  if (day !== undefined && agentDays.every((each) => each.day === day)) return requestsOfOneDay(agentDays, day);
  const daysByAgent = groupDaysByAgent(agentDays);
  const wide = sharedWindows(agentDays, maxDays).flatMap((window) =>
    toRequests(agentWindowsWithin(daysByAgent, maxDays, window).sort(compareByWindow)),
  );
  const sameDays = Map.groupBy(agentWindowsWithin(daysByAgent, maxDays), ({ first, last }) => `${first}-${last}`);
  const narrow = [...sameDays.values()].flatMap(toRequests);
  return narrow.length < wide.length || (narrow.length === wide.length && countCells(narrow) < countCells(wide))
    ? narrow
    : wide;
}

function requestsOfOneDay(agentDays: readonly AgentDay[], day: CivilDate): readonly BatchRequest[] {
  const agents = [...new Set(agentDays.map(({ agent }) => agent))];
  return inBatches(agents).map((batch) => ({ agents: batch, firstDay: day, lastDay: day }));
}

/** The fewest windows of at most `maxDays` that contain the days of all these cells. */
export function sharedWindows(agentDays: readonly AgentDay[], maxDays: number): readonly DayWindow[] {
  return toWindows([...new Set(agentDays.map(({ day }) => day))].map(toDayNumber), maxDays);
}

export function toDays(window: DayBounds): readonly CivilDate[] {
  if (window.firstDay === window.lastDay) return [window.firstDay];
  return Array.from({ length: windowLength(window) }, (_, index) =>
    fromDayNumber(toDayNumber(window.firstDay) + index),
  );
}

export function toDayBounds({ first, last }: DayWindow): DayBounds {
  return { firstDay: fromDayNumber(first), lastDay: fromDayNumber(last) };
}

function groupDaysByAgent(agentDays: readonly AgentDay[]): DaysByAgent {
  // There are few days and many cells.
  const numbers = new Map([...new Set(agentDays.map(({ day }) => day))].map((day) => [day, toDayNumber(day)]));
  const daysByAgent = new Map<string, number[]>();
  for (const { agent, day } of agentDays) {
    const number = numbers.get(day) ?? toDayNumber(day);
    const knownDays = daysByAgent.get(agent);
    if (knownDays) knownDays.push(number);
    else daysByAgent.set(agent, [number]);
  }
  return daysByAgent;
}

/** The windows that each agent needs on its own, counting only days within the given window. */
function agentWindowsWithin(
  daysByAgent: DaysByAgent,
  maxDays: number,
  { first, last }: DayWindow = { first: -Infinity, last: Infinity },
): AgentWindow[] {
  return [...daysByAgent].flatMap(([agent, days]) => {
    const daysWithin = days.filter((day) => day >= first && day <= last);
    return toWindows(daysWithin, maxDays).map((window) => ({ agent, ...window }));
  });
}

function toWindows(days: readonly number[], maxDays: number): readonly DayWindow[] {
  const windows: { readonly first: number; last: number }[] = [];
  for (const day of days.toSorted((a, b) => a - b)) {
    const open = windows.at(-1);
    if (open && day - open.first < maxDays) open.last = day;
    else windows.push({ first: day, last: day });
  }
  return windows;
}

/** POSTs for these agent windows in order. The window of a POST spans the windows of all its agents. */
function toRequests(agentWindows: readonly AgentWindow[]): readonly BatchRequest[] {
  return inBatches(agentWindows).map((batch) => {
    const bounds = toDayBounds({
      first: Math.min(...batch.map(({ first }) => first)),
      last: Math.max(...batch.map(({ last }) => last)),
    });
    return { agents: batch.map(({ agent }) => agent), ...bounds };
  });
}

/** As many as one POST may name, and the rest. */
function inBatches<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / MAX_AGENTS_PER_REQUEST) }, (_, index) =>
    items.slice(index * MAX_AGENTS_PER_REQUEST, (index + 1) * MAX_AGENTS_PER_REQUEST),
  );
}

function countCells(requests: readonly BatchRequest[]): number {
  return requests.reduce((sum, request) => sum + request.agents.length * windowLength(request), 0);
}

function windowLength({ firstDay, lastDay }: DayBounds): number {
  return toDayNumber(lastDay) - toDayNumber(firstDay) + 1;
}

function compareByWindow(a: AgentWindow, b: AgentWindow): number {
  return a.first - b.first || a.last - b.last;
}

function toDayNumber(day: CivilDate): number {
  return startOfUtcDay(day) / DAY;
}

function fromDayNumber(number: number): CivilDate {
  return utcDay(number * DAY);
}
