import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Company, CompanyPerson, Shift } from '../vendors/sandbox.ts';
import { createCompany } from './company.ts';
import { createManualStatuses, type ManualStatus } from './manual-statuses.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 20);

function createHarness(now = START) {
  const clock = { time: now, now: () => clock.time };
  return { clock, ...createManualStatuses(createCompany(clock), clock) };
}

function personWhere(company: Company, isWanted: (shifts: readonly Shift[]) => boolean, now: number): CompanyPerson {
  const found = company.people.find((person) => isWanted(company.shifts(person, now - 1, now)));
  if (!found) throw new Error('no person fits');
  return found;
}

function isOnShift(shifts: readonly Shift[]): boolean {
  return shifts.some(({ end }) => end === null);
}

/** The status at an instant, as the company reports it now. */
function statusAt(company: Company, person: CompanyPerson, instant: number): string {
  const shift = company
    .shifts(person, instant - DAY, instant + 1)
    .find(({ start, end }) => start <= instant && (end ?? Infinity) > instant);
  return shift?.statusChanges.findLast(({ at }) => at <= instant)?.status ?? 'offline';
}

describe('a status that is set by hand', () => {
  test('changes the status of a person on shift at once, within the same shift, and lasts as long as it is set for', () => {
    const { clock, company, set } = createHarness();
    const person = personWhere(company, isOnShift, clock.time);
    const before = company.shifts(person, clock.time - 1, clock.time + 1).at(-1);
    set(person, { status: 'away', reason: 'Demo' }, 10 * MINUTE);
    const after = company.shifts(person, clock.time - 1, clock.time + 1).at(-1);
    expect(after).toMatchObject({ serial: before?.serial, start: before?.start, end: null });
    expect(after?.statusChanges.at(-1)).toEqual({ at: clock.time, status: 'away', reason: 'Demo', concurrentChats: 0 });
    clock.time += 10 * MINUTE - 1;
    expect(
      company
        .shifts(person, START, clock.time + 1)
        .at(-1)
        ?.statusChanges.at(-1),
    ).toMatchObject({ reason: 'Demo' });
  });

  test('signs a person on who is off, and off again when it is over', () => {
    const { clock, company, set } = createHarness();
    const person = personWhere(company, (shifts) => shifts.length === 0, clock.time);
    set(person, { status: 'available', reason: null }, MINUTE);
    expect(company.shifts(person, clock.time - 1, clock.time + 1)).toMatchObject([{ start: START, end: null }]);
    clock.time += 2 * MINUTE;
    expect(company.shifts(person, START, clock.time).at(0)).toMatchObject({ start: START, end: START + MINUTE });
  });

  test('signs a person off, and on again as planned when it is released', () => {
    const { clock, company, set, release } = createHarness();
    const person = personWhere(company, isOnShift, clock.time);
    set(person, { status: 'offline', reason: null }, HOUR);
    expect(isOnShift(company.shifts(person, clock.time - 1, clock.time + 1))).toBe(false);
    clock.time += MINUTE;
    release(person);
    expect(company.shifts(person, clock.time - 1, clock.time + 1)).toMatchObject([{ start: clock.time, end: null }]);
  });

  test('ends an ongoing conversation, and lets none begin while it lasts', () => {
    const { clock, company, set } = createHarness();
    const isTalking = (person: CompanyPerson) =>
      company.conversations(person, clock.time - 1, clock.time).some(({ end }) => end === null);
    const person = company.people.find(isTalking);
    if (!person) throw new Error('no person is in a conversation');
    set(person, { status: 'available', reason: null }, HOUR);
    expect(isTalking(person)).toBe(false);
    clock.time += HOUR - 1;
    expect(company.conversations(person, START, clock.time).every(({ end }) => end === START)).toBe(true);
  });
});

const anyStatus = fc.record({
  nth: fc.nat(3),
  status: fc.constantFrom<ManualStatus['status']>('available', 'busy', 'away', 'offline'),
  durationMs: fc.integer({ min: 1, max: 5 * HOUR }),
  waitMs: fc.nat(8 * HOUR),
});

test('keeps every history in order, and never changes what is over', () => {
  fc.assert(
    fc.property(fc.nat(14 * DAY), fc.array(anyStatus, { minLength: 1, maxLength: 10 }), (offset, steps) => {
      const { clock, company, set } = createHarness(START + offset);
      const people = company.people.slice(4, 8);
      let closed: readonly string[] = [];
      for (const { nth, status, durationMs, waitMs } of steps) {
        const person = people[nth];
        if (!person) throw new Error('no such person');
        set(person, { status, reason: null }, durationMs);
        expect(statusAt(company, person, clock.time)).toBe(status);
        clock.time += waitMs;
        const histories = people.map((own) => company.shifts(own, START + offset - 10 * HOUR, clock.time + 1));
        for (const shifts of histories) {
          const instants = shifts.flatMap(({ start, statusChanges, end }) => [
            start,
            ...statusChanges.map(({ at }) => at),
            end ?? clock.time,
          ]);
          expect(instants.every((at, index) => at >= (instants[index - 1] ?? 0))).toBe(true);
          expect(new Set(shifts.map(({ serial }) => serial)).size).toBe(shifts.length);
        }
        const shifts = histories.flat().filter(({ end }) => end !== null && end < clock.time);
        const texts = new Set(shifts.map((shift) => JSON.stringify(shift)));
        expect(closed.filter((text) => !texts.has(text))).toEqual([]);
        closed = [...texts];
      }
    }),
    { numRuns: 25 },
  );
});
