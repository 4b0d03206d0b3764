import type { ClosedSession } from '../../src/vendors/liveperson/sandbox/documents.ts';
import type { Company, CompanyPerson, SandboxWorld, Shift, ShiftStatusChange } from '../../src/vendors/sandbox.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const NOW = Date.parse('2026-03-31T12:30:00Z');

function createPerson(firstName: string, refsByVendor: CompanyPerson['refsByVendor']): CompanyPerson {
  return {
    firstName,
    lastName: 'Doe',
    email: `${firstName.toLowerCase()}@example.com`,
    employeeId: `E-${firstName}`,
    refsByVendor,
  };
}

export const jane = createPerson('Jane', { liveperson: '9' });
/** An agent without a LivePerson account; the serials of her shifts end in 3. */
const kim = createPerson('Kim', { vonage: '01' });
const people = [
  jane,
  createPerson('Ali', { liveperson: '10' }),
  createPerson('Zoë', { liveperson: '2438730312' }),
  kim,
];

function statusChangesFrom(start: number): ShiftStatusChange[] {
  return [
    { at: start + 60_000, status: 'available', reason: null, concurrentChats: 0 },
    { at: start + HOUR, status: 'available', reason: null, concurrentChats: 1 },
    { at: start + 2 * HOUR, status: 'busy', reason: null, concurrentChats: 2 },
    { at: start + 3 * HOUR, status: 'away', reason: 'Lunch', concurrentChats: 0 },
    { at: start + 3.5 * HOUR, status: 'away', reason: 'Training', concurrentChats: 0 },
  ];
}

/** All work from 08:00 to 16:00 on each of 40 days; the last shift is still open. */
const shifts = Array.from(
  { length: 40 },
  (_, day) => Math.floor(NOW / DAY) * DAY - (39 - day) * DAY + 8 * HOUR,
).flatMap((start, day) =>
  people.map((person, i) => {
    const end = day === 39 ? null : start + 8 * HOUR;
    const shift: Shift = { serial: 10_000 + day * 10 + i, start, end, statusChanges: statusChangesFrom(start) };
    return { person, shift };
  }),
);

export const closedSessions: readonly ClosedSession[] = shifts.flatMap(({ person, shift }) =>
  shift.end === null || person === kim ? [] : [{ person, shift, end: shift.end }],
);

export const company: Company = {
  people,
  bots: [],
  shifts: (employee, from, to) =>
    shifts.flatMap(({ person, shift }) =>
      person === employee && shift.start < to && (shift.end ?? NOW) > from ? [shift] : [],
    ),
  conversations: () => [],
  traffic: () => {
    throw new Error('LivePerson has no bots');
  },
};

export function worldAt(now: number): SandboxWorld {
  return { company, now: () => now };
}
