import type { Clock, Instant } from '../../src/domain/clock.ts';
import type { Company, CompanyPerson, Conversation, Shift, ShiftStatusChange } from '../../src/vendors/sandbox.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STATUS_INTERVAL_MS = 10 * MINUTE;
const CONVERSATION_INTERVAL_MS = 15 * MINUTE;
const STATUSES = ['available', 'busy', 'away'] as const;

/**
 * A company of any size in which every agent has an account at every vendor and works daily from about 6:00 to 17:00 UTC, on
 * a fixed schedule: the expected responses can be computed without the code under test.
 */
export function createBigCompany(clock: Pick<Clock, 'now'>, size: number): Company {
  const people = Array.from({ length: size }, (_, index): CompanyPerson => {
    const email = `agent-${index}@bench.example`;
    const refsByVendor = { kore: email, liveperson: String(5_000 + index), vonage: String(1_000 + index) };
    return { firstName: 'Agent', lastName: `Number ${index}`, email, employeeId: String(index), refsByVendor };
  });
  const indexes = new Map(people.map((person, index) => [person.email, index]));

  const workingHours = (
    person: CompanyPerson,
    day: number,
  ): { readonly index: number; readonly start: Instant; readonly end: Instant } => {
    const index = indexes.get(person.email) ?? 0;
    const start = day * DAY + 6 * HOUR + (index % 60) * MINUTE;
    return { index, start, end: start + 11 * HOUR };
  };

  return {
    people,
    bots: [],
    shifts: (person, from, to) => {
      const now = clock.now();
      return daysIn(from, Math.min(to, now)).flatMap((day): Shift[] => {
        const { index, start, end } = workingHours(person, day);
        if (start >= now || start >= to || (end <= now && end <= from)) return [];
        const statusChanges = every(STATUS_INTERVAL_MS, start, Math.min(end, now)).map(
          (at, nth): ShiftStatusChange => ({
            at,
            status: STATUSES[nth % 3] ?? 'away',
            reason: null,
            concurrentChats: 0,
          }),
        );
        return [{ serial: day * size + index, start, end: end > now ? null : end, statusChanges }];
      });
    },
    conversations: (person, from, to) => {
      const now = clock.now();
      return daysIn(from, Math.min(to, now)).flatMap((day): Conversation[] => {
        const { index, start: first, end: last } = workingHours(person, day);
        return every(CONVERSATION_INTERVAL_MS, first, Math.min(last, now)).flatMap((start, nth): Conversation[] => {
          const end = start + CONVERSATION_INTERVAL_MS - MINUTE;
          if (start >= to || (end <= now && end <= from)) return [];
          const [guid, channelGuid] = [uuid(day, index, nth), uuid(day, index + size, nth)];
          return [{ guid, channelGuid, medium: 'Phone', direction: 'Inbound', start, end: end > now ? null : end }];
        });
      });
    },
    traffic: () => ({ users: 0, messages: 0, unhandled: 0, ambiguous: 0, mismatchedAmbiguous: 0, interventions: 0 }),
  };
}

function daysIn(from: Instant, to: Instant): readonly number[] {
  const [first, last] = [Math.floor(from / DAY), Math.floor(to / DAY)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, nth) => first + nth);
}

function every(step: number, from: Instant, to: Instant): readonly Instant[] {
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, nth) => from + nth * step);
}

function uuid(day: number, index: number, nth: number): string {
  const digits = (value: number, length: number) => value.toString(16).padStart(length, '0');
  return `${digits(day, 8)}-${digits(index, 4)}-4000-a000-${digits(nth, 12)}`;
}
