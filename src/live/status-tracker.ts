import type { Agent } from '../domain/agent.ts';
import type { Instant } from '../domain/clock.ts';
import type { StatusChange } from '../domain/status-change.ts';
import { byStart, type StatusPeriod } from '../domain/status-period.ts';
import { DAY, MINUTE, startOfUtcDay, utcDay } from '../domain/time.ts';
import type { StatusesSince, StatusReading } from '../gather/recent-statuses.ts';

/** Vendors may list a change some minutes after it happened: after midnight, the day before is read for as long. */
const MAX_REPORT_DELAY_MS = 10 * MINUTE;
/** After a longer failure of the vendor, what happened before is left out. */
const MAX_READ_RANGE_MS = 7 * DAY;
/** How long an agent that matches no longer is remembered, so that a return is no second beginning. */
const MAX_ABSENCE_MS = DAY;

/** What is known of an agent's status in one account. */
interface TrackedStatus {
  readonly agent: Agent;
  readonly account: string;
  /** The period that began last, as it was last read; null as long as there is none. */
  readonly last: StatusPeriod | null;
  /** The names of the periods that began when `last` did, itself included: each of them is one change. */
  readonly begunTogether: ReadonlySet<string>;
  /** What was reported as ongoing last, as `Agent.currentStatus` is; null where nothing was. */
  readonly current: StatusPeriod | null;
  readonly detectedAt: Instant;
  readonly readAt: Instant;
}

type CompleteReading = StatusReading & { readonly periods: readonly StatusPeriod[] };

/** Finds the changes between readings of the same agents. */
export interface StatusTracker {
  /** From when on the next reading has to be. */
  readonly since: (now: Instant) => StatusesSince;
  /** Takes a reading in; returns the changes since the one before, by start within an agent. The first one brings none. */
  readonly update: (readings: readonly StatusReading[], now: Instant) => readonly StatusChange[];
  /** What is ongoing of the agents of the last reading, as initial events. */
  readonly initialChanges: () => readonly StatusChange[];
}

export function createStatusTracker(): StatusTracker {
  const tracked = new Map<string, TrackedStatus>();
  let matchingKeys: readonly string[] = [];
  let lastUpdateAt: Instant | null = null;

  function updateOne(reading: CompleteReading, now: Instant): readonly StatusChange[] {
    const key = keyOf(reading);
    const before = tracked.get(key);
    if (before) {
      const { after, changes } = findChanges(before, reading, now);
      tracked.set(key, after);
      return changes;
    }
    // Of an agent that was not among the last reading's, what began since then is a change.
    const knownUntil = lastUpdateAt ?? Infinity;
    const start = beginTracking(reading, knownUntil, now);
    const { after, changes } = findChanges(start, reading, now);
    tracked.set(key, after);
    return lastUpdateAt !== null && start.current ? [toInitialChange(start), ...changes] : changes;
  }

  return {
    since: (now) => (agent, account) => {
      const status = tracked.get(keyOf({ agent, account }));
      const from = status ? Math.max(status.readAt - MAX_REPORT_DELAY_MS, now - MAX_READ_RANGE_MS) : now;
      return startOfUtcDay(utcDay(from));
    },
    update(readings, now) {
      const changes = readings.flatMap((reading) => (isComplete(reading) ? updateOne(reading, now) : []));
      matchingKeys = readings.map(keyOf);
      lastUpdateAt = now;
      // What matches is remembered while its account cannot be read, however long that takes.
      const matching = new Set(matchingKeys);
      for (const [key, { readAt }] of tracked)
        if (!matching.has(key) && readAt < now - MAX_ABSENCE_MS) tracked.delete(key);
      return byStartWithinAgent(changes);
    },
    initialChanges: () =>
      matchingKeys.flatMap((key) => {
        const status = tracked.get(key);
        return status?.current ? [toInitialChange(status)] : [];
      }),
  };
}

function keyOf({ agent, account }: Pick<StatusReading, 'agent' | 'account'>): string {
  return `${account}\n${agent.id}`;
}

function isComplete(reading: StatusReading): reading is CompleteReading {
  return reading.periods !== null;
}

/** Equal for readings of the same period, whether or not it has ended since. */
function nameOf({ start, vendorStatus, label }: StatusPeriod): string {
  return JSON.stringify([start, vendorStatus, label]);
}

function beginTracking({ agent, account, periods }: CompleteReading, until: Instant, now: Instant): TrackedStatus {
  const known = periods.filter(({ start }) => start <= until).toSorted(byStart);
  const last = known.at(-1) ?? null;
  const begunTogether = new Set(known.filter(({ start }) => start === last?.start).map(nameOf));
  return { agent, account, last, begunTogether, current: ongoingOf(known), detectedAt: now, readAt: now };
}

/** The ongoing period that began last: another one may have begun later, and ended. */
function ongoingOf(periods: readonly StatusPeriod[]): StatusPeriod | null {
  return periods.toSorted(byStart).findLast(({ isOngoing }) => isOngoing === true) ?? null;
}

function findChanges(
  before: TrackedStatus,
  { agent, account, periods }: CompleteReading,
  now: Instant,
): { readonly after: TrackedStatus; readonly changes: readonly StatusChange[] } {
  const lastBefore = before.last && findAgain(before.last, periods);
  const begun = distinct(periods.filter((period) => isLater(period, before)).toSorted(byStart));
  const last = begun.at(-1) ?? lastBefore;
  const ongoing = ongoingOf(periods);
  const steps: (StatusPeriod | null)[] = [...begun];
  // What has begun may have ended, and the vendor may take back an end, a period, or the second in which it began.
  if (!isSame(begun.at(-1) ?? before.current, ongoing)) steps.push(ongoing);

  let previous = before.current && findAgain(before.current, periods);
  const changes = steps.map((current): StatusChange => {
    const change = { agent, account, previous, current, isInitial: false, detectedAt: now };
    previous = current;
    return change;
  });
  const begunTogether = new Set([
    ...(last?.start === before.last?.start ? before.begunTogether : []),
    ...begun.filter(({ start }) => start === last?.start).map(nameOf),
  ]);
  const detectedAt = changes.length > 0 ? now : before.detectedAt;
  return { after: { agent, account, last, begunTogether, current: ongoing, detectedAt, readAt: now }, changes };
}

function isSame(a: StatusPeriod | null, b: StatusPeriod | null): boolean {
  return a === null || b === null ? a === b : nameOf(a) === nameOf(b);
}

/** The period as it is reported now; one that is reported no longer is not ongoing. */
function findAgain(period: StatusPeriod, periods: readonly StatusPeriod[]): StatusPeriod {
  const name = nameOf(period);
  const again = periods.findLast((each) => nameOf(each) === name);
  return again ?? (period.isOngoing === true ? { ...period, isOngoing: false } : period);
}

/** Of a period that is listed twice, what the last one says. */
function distinct(periods: readonly StatusPeriod[]): readonly StatusPeriod[] {
  return [...new Map(periods.map((period) => [nameOf(period), period])).values()];
}

/** A period that the vendor reports late, behind a later one, is no change of what is now. */
function isLater(period: StatusPeriod, { last, begunTogether }: TrackedStatus): boolean {
  if (last === null || period.start > last.start) return true;
  return period.start === last.start && !begunTogether.has(nameOf(period));
}

function toInitialChange({ agent, account, current, detectedAt }: TrackedStatus): StatusChange {
  return { agent, account, previous: null, current, isInitial: true, detectedAt };
}

/** An agent may have several accounts that report changes. */
function byStartWithinAgent(changes: readonly StatusChange[]): readonly StatusChange[] {
  const byAgent = Map.groupBy(changes, ({ agent }) => agent.id).values();
  return [...byAgent].flatMap((sameAgent) => sameAgent.toSorted((a, b) => beginOf(a) - beginOf(b)));
}

function beginOf({ current, previous, detectedAt }: StatusChange): Instant {
  return current?.start ?? previous?.end ?? detectedAt;
}
