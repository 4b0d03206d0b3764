import type { Clock, Instant } from '../domain/clock.ts';
import type { Company, CompanyPerson, Conversation, Shift, ShiftStatusChange } from '../vendors/sandbox.ts';

/** A status that is set by hand, instead of what is planned in from ≤ t < until. */
export interface ManualStatus {
  readonly status: ShiftStatusChange['status'] | 'offline';
  readonly reason: string | null;
  readonly from: Instant;
  readonly until: Instant;
}

/** A company whose people's statuses can be set by hand. All its vendors report them. */
export interface ManualStatuses {
  readonly company: Company;
  /** Sets a person's status from now on, for `durationMs`. It replaces one that was set before. */
  readonly set: (
    person: CompanyPerson,
    status: Pick<ManualStatus, 'status' | 'reason'>,
    durationMs: number,
  ) => ManualStatus;
  /** Ends the status that was set by hand, so that the plan goes on. */
  readonly release: (person: CompanyPerson) => void;
}

/** More than a person sets by hand; bounds the memory of a test that runs for days. The oldest are forgotten. */
const MAX_STATUSES_PER_PERSON = 1000;
/** Serials of planned shifts are smaller. */
const FIRST_MANUAL_SERIAL = 1e9;

export function createManualStatuses(planned: Company, clock: Pick<Clock, 'now'>): ManualStatuses {
  const statusesByEmail = new Map<string, readonly NumberedStatus[]>();
  let nextSerial = FIRST_MANUAL_SERIAL;
  const statusesOf = ({ email }: CompanyPerson): readonly NumberedStatus[] => statusesByEmail.get(email) ?? [];
  const release = (person: CompanyPerson): readonly NumberedStatus[] => {
    const now = clock.now();
    const ended = statusesOf(person).map((status) => ({ ...status, until: Math.min(status.until, now) }));
    // A status that was replaced in the same millisecond has never been.
    const lasting = ended.filter(({ from, until }) => from < until);
    statusesByEmail.set(person.email, lasting);
    return lasting;
  };
  return {
    company: {
      ...planned,
      shifts: (person, from, to) => {
        const statuses = statusesOf(person);
        if (statuses.length === 0) return planned.shifts(person, from, to);
        const now = clock.now();
        const earliest = Math.min(from, statuses[0]?.from ?? from);
        return statuses
          .reduce<readonly Shift[]>(
            (shifts, status) => replaceStatus(shifts, status, now),
            planned.shifts(person, earliest, Math.max(to, now)),
          )
          .filter(({ start, end }) => start < to && (end ?? Math.max(now, from + 1)) > from);
      },
      conversations: (person, from, to) =>
        planned
          .conversations(person, from, to)
          .flatMap((conversation) => endConversation(conversation, statusesOf(person))),
    },
    set: (person, { status, reason }, durationMs) => {
      const from = clock.now();
      const manual = { status, reason, from, until: from + durationMs, serial: nextSerial++ };
      statusesByEmail.set(person.email, [...release(person), manual].slice(-MAX_STATUSES_PER_PERSON));
      return manual;
    },
    release: (person) => void release(person),
  };
}

interface NumberedStatus extends ManualStatus {
  /** The serial of the shift that begins with it, or after it. */
  readonly serial: number;
}

/** Replaces the statuses of the shifts by one that was set by hand; it extends a shift, begins one or interrupts one. */
function replaceStatus(shifts: readonly Shift[], manual: NumberedStatus, now: Instant): readonly Shift[] {
  const { from } = manual;
  const until = Math.min(manual.until, now);
  const isAffected = ({ start, end }: Shift): boolean => start <= until && (end ?? Infinity) >= from;
  const affected = shifts.filter(isAffected);
  const replaced = manual.status === 'offline' ? interrupt(affected, manual, now) : [extend(affected, manual, now)];
  return [...shifts.filter((shift) => !isAffected(shift)), ...replaced].sort((a, b) => a.start - b.start);
}

/** One shift out of all that the status touches. It keeps the serial with which it was visible first. */
function extend(shifts: readonly Shift[], manual: NumberedStatus, now: Instant): Shift {
  const { status, reason, from, until } = manual;
  const [first, last] = [shifts[0], shifts.at(-1)];
  const change = { at: from, status: status === 'offline' ? 'away' : status, reason, concurrentChats: 0 };
  const before = shifts.flatMap(({ statusChanges }) => statusChanges.filter(({ at }) => at < from));
  const isOngoing = until > now || last?.end === null;
  const isFirst = first !== undefined && first.start < from;
  return {
    serial: isFirst ? first.serial : manual.serial,
    start: isFirst ? first.start : from,
    end: isOngoing ? null : Math.max(last?.end ?? until, until),
    statusChanges: [...before, change, ...(until > now ? [] : changesSince(last, until))],
  };
}

/** What remains of the shifts before and after the time off. */
function interrupt(shifts: readonly Shift[], manual: NumberedStatus, now: Instant): readonly Shift[] {
  const { from, until, serial } = manual;
  return shifts.flatMap((shift) => {
    const statusChanges = shift.statusChanges.filter(({ at }) => at < from);
    const before = shift.start < from ? [{ ...shift, end: Math.min(shift.end ?? from, from), statusChanges }] : [];
    const goesOn = until <= now && (shift.end ?? Infinity) > until;
    return goesOn
      ? [...before, { serial, start: until, end: shift.end, statusChanges: changesSince(shift, until) }]
      : before;
  });
}

/** The shift's status at an instant as a change at that instant, and the changes after it. */
function changesSince(shift: Shift | undefined, instant: Instant): readonly ShiftStatusChange[] {
  if (!shift || (shift.end ?? Infinity) <= instant) return [];
  const current = shift.statusChanges.findLast(({ at }) => at <= instant);
  const later = shift.statusChanges.filter(({ at }) => at > instant);
  return current ? [{ ...current, at: instant }, ...later] : later;
}

/** An ongoing conversation ends when a status is set by hand, and none begins while that lasts. */
function endConversation(conversation: Conversation, statuses: readonly ManualStatus[]): readonly Conversation[] {
  const { start, end } = conversation;
  if (statuses.some(({ from, until }) => from <= start && start < until)) return [];
  const interruption = statuses.find(({ from }) => start < from && from < (end ?? Infinity));
  return [interruption ? { ...conversation, end: interruption.from } : conversation];
}
