import { compareTexts } from './compare-texts.ts';
import type { SessionEvent, SessionEventType } from './session.ts';
import { isStepEnd, ITEMS_PER_STEP, sortInSteps } from './sort-in-steps.ts';

// Within a millisecond, a login comes first and a logout last.
const EVENT_TYPE_RANK: Readonly<Record<SessionEventType, number>> = {
  LOGIN: 0,
  STATUS_CHANGE: 1,
  UNKNOWN: 1,
  LOGOUT: 2,
};

// More events than this in one millisecond are left unchained: chaining takes quadratic time, and no order would be plausible.
const MAX_CHAINED_EVENTS = 64;

/**
 * Sorts one session's events and removes duplicates. The result does not depend on the input's order, pieces or duplicates.
 * Events of the same millisecond are ordered by type, then chained: each starts with the status, and the engagements, with
 * which the one before ended. The work is done in steps, because a session may have very many events.
 */
export function* sortEvents(events: readonly SessionEvent[]): Generator<undefined, readonly SessionEvent[]> {
  const sorted = yield* sortInSteps(events, compareEvents);
  const distinct: SessionEvent[] = [];
  for (const [index, event] of sorted.entries()) {
    if (isStepEnd(index)) yield;
    const previous = distinct.at(-1);
    if (previous === undefined || compareEvents(previous, event) !== 0) distinct.push(event);
  }
  const ordered: SessionEvent[] = [];
  for (let from = 0; from < distinct.length;) {
    let to = from + 1;
    while (to < distinct.length && areTied(distinct[from], distinct[to])) to++;
    const tied = distinct.slice(from, to);
    const chain = tied.length > 1 && tied.length <= MAX_CHAINED_EVENTS ? chainTiedEvents(tied, ordered.at(-1)) : tied;
    for (const event of chain) ordered.push(event);
    if (Math.floor(from / ITEMS_PER_STEP) < Math.floor(to / ITEMS_PER_STEP)) yield;
    from = to;
  }
  return ordered;
}

/** A total order over all fields of an event: 0 only for two copies of the same event. */
function compareEvents(a: SessionEvent, b: SessionEvent): number {
  return (
    a.at - b.at ||
    EVENT_TYPE_RANK[a.type] - EVENT_TYPE_RANK[b.type] ||
    compareTexts(a.type, b.type) ||
    compareTexts(a.vendorType, b.vendorType) ||
    compareTexts(a.vendorStatus, b.vendorStatus) ||
    compareTexts(a.previousVendorStatus ?? '', b.previousVendorStatus ?? '') ||
    (a.concurrentEngagements ?? -1) - (b.concurrentEngagements ?? -1) ||
    (a.previousConcurrentEngagements ?? -1) - (b.previousConcurrentEngagements ?? -1) ||
    (a.maxConcurrentEngagements ?? -1) - (b.maxConcurrentEngagements ?? -1)
  );
}

function areTied(a: SessionEvent | undefined, b: SessionEvent | undefined): boolean {
  return a !== undefined && a.at === b?.at && EVENT_TYPE_RANK[a.type] === EVENT_TYPE_RANK[b.type];
}

function chainTiedEvents(tied: readonly SessionEvent[], previous: SessionEvent | undefined): readonly SessionEvent[] {
  const remaining = [...tied];
  const chain: SessionEvent[] = [];
  let last = previous;
  while (remaining.length > 0) {
    const next = remaining.splice(findNextIndex(remaining, last), 1);
    chain.push(...next);
    last = next[0];
  }
  return chain;
}

/** Returns the index of the best continuation of `last`; without one, of the first event that continues no other. */
function findNextIndex(remaining: readonly SessionEvent[], last: SessionEvent | undefined): number {
  const scores = remaining.map((event) => (last === undefined ? 0 : continuationScore(last, event)));
  const bestScore = Math.max(...scores);
  if (bestScore > 0) return scores.indexOf(bestScore);
  const headIndex = remaining.findIndex(
    (event) => !remaining.some((other) => other !== event && continuationScore(other, event) > 0),
  );
  return Math.max(headIndex, 0);
}

/** Rates how well `next` continues `last`: by status, then by engagements. */
function continuationScore(last: SessionEvent, next: SessionEvent): number {
  if (next.previousVendorStatus !== last.vendorStatus) return 0;
  const engagements = next.previousConcurrentEngagements;
  return engagements !== null && engagements === last.concurrentEngagements ? 2 : 1;
}
