import type { SessionEvent, SessionEventType } from './session.ts';

// A login opens what else happens in its millisecond, a logout closes it.
const RANK: Readonly<Record<SessionEventType, number>> = { LOGIN: 0, STATUS_CHANGE: 1, UNKNOWN: 1, LOGOUT: 2 };

// More events than this in one millisecond are no tale that could be put in order.
const LONGEST_CHAIN = 64;

/**
 * One session's events, each once, in the order in which they happened. The outcome does not depend on how the events come
 * in: twice, in pieces, in any order. Events of the same millisecond are told apart by kind, and then by which one leads to
 * which: each begins in the status, and with the engagements, in which the one before ended.
 */
export function inOrder(events: readonly SessionEvent[]): readonly SessionEvent[] {
  const sorted = [...events].sort(compare);
  const distinct = sorted.filter((event, index) => {
    const before = sorted[index - 1];
    return before === undefined || compare(before, event) !== 0;
  });
  const ordered: SessionEvent[] = [];
  for (let from = 0; from < distinct.length;) {
    let to = from + 1;
    while (to < distinct.length && together(distinct[from], distinct[to])) to++;
    const tied = distinct.slice(from, to);
    const tale = tied.length > 1 && tied.length <= LONGEST_CHAIN ? chained(tied, ordered.at(-1)) : tied;
    for (const event of tale) ordered.push(event);
    from = to;
  }
  return ordered;
}

/** A total order over all that an event tells: 0 only for two copies of the same event. */
function compare(a: SessionEvent, b: SessionEvent): number {
  return (
    a.at - b.at ||
    RANK[a.type] - RANK[b.type] ||
    compareText(a.type, b.type) ||
    compareText(a.vendorType, b.vendorType) ||
    compareText(a.vendorStatus, b.vendorStatus) ||
    compareText(a.previousVendorStatus ?? '', b.previousVendorStatus ?? '') ||
    (a.concurrentEngagements ?? -1) - (b.concurrentEngagements ?? -1) ||
    (a.previousConcurrentEngagements ?? -1) - (b.previousConcurrentEngagements ?? -1) ||
    (a.maxConcurrentEngagements ?? -1) - (b.maxConcurrentEngagements ?? -1)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function together(a: SessionEvent | undefined, b: SessionEvent | undefined): boolean {
  return a !== undefined && a.at === b?.at && RANK[a.type] === RANK[b.type];
}

function chained(tied: readonly SessionEvent[], before: SessionEvent | undefined): readonly SessionEvent[] {
  const left = [...tied];
  const chain: SessionEvent[] = [];
  let last = before;
  while (left.length > 0) {
    const next = left.splice(nextIndex(left, last), 1);
    chain.push(...next);
    last = next[0];
  }
  return chain;
}

/** Where the best continuation of `last` stands; failing that, the first event that continues none of the others. */
function nextIndex(left: readonly SessionEvent[], last: SessionEvent | undefined): number {
  const fits = left.map((event) => (last === undefined ? 0 : fit(last, event)));
  const best = Math.max(...fits);
  if (best > 0) return fits.indexOf(best);
  const head = left.findIndex((event) => !left.some((other) => other !== event && fit(other, event) > 0));
  return Math.max(head, 0);
}

/** How well `next` continues `last`: the status counts, the engagements decide between equals. */
function fit(last: SessionEvent, next: SessionEvent): number {
  if (next.previousVendorStatus !== last.vendorStatus) return 0;
  const engagements = next.previousConcurrentEngagements;
  return engagements !== null && engagements === last.concurrentEngagements ? 2 : 1;
}
