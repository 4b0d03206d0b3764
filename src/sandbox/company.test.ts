import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Company, CompanyPerson } from '../vendors/sandbox.ts';
import { createCompany } from './company.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2024, 0, 1);

function companyAt(now: number): Company {
  return createCompany({ now: () => now });
}
function peopleWithVendor(company: Company, vendor: string): readonly CompanyPerson[] {
  return company.people.filter((person) => person.refsByVendor[vendor] !== undefined);
}
const anyInstant = fc.integer({ min: FROM, max: FROM + 1500 * DAY });
const anyPerson = fc.nat().map((n) => (company: Company): CompanyPerson => {
  const person = company.people[n % company.people.length];
  if (!person) throw new Error('the company has no people');
  return person;
});

test('gives every shift a unique serial', () => {
  const now = FROM + 9 * DAY;
  const serials = companyAt(now).people.flatMap((person) =>
    companyAt(now)
      .shifts(person, FROM, now)
      .map((shift) => shift.serial),
  );
  expect(new Set(serials).size).toBe(serials.length);
});

describe('the company’s history', () => {
  test('returns the same closed shifts and conversations at any later time', () => {
    fc.assert(
      fc.property(anyPerson, anyInstant, fc.nat(40 * DAY), (personIn, to, later) => {
        const before = companyAt(to);
        const after = companyAt(to + later);
        const shiftsAsOf = (company: Company) => company.shifts(personIn(company), to - 3 * DAY, to);
        const closed = shiftsAsOf(before).filter((shift) => shift.end !== null);
        const serials = new Set(closed.map((shift) => shift.serial));
        expect(shiftsAsOf(after).filter((shift) => serials.has(shift.serial))).toEqual(closed);
        const conversationsAsOf = (company: Company) => company.conversations(personIn(company), to - 3 * DAY, to);
        const ended = conversationsAsOf(before).filter(({ end }) => end !== null);
        const channels = new Set(ended.map(({ channelGuid }) => channelGuid));
        expect(conversationsAsOf(after).filter(({ channelGuid }) => channels.has(channelGuid))).toEqual(ended);
      }),
      { numRuns: 40 },
    );
  });

  test('returns nothing beyond the current time', () => {
    fc.assert(
      fc.property(anyPerson, anyInstant, (personIn, now) => {
        const company = companyAt(now);
        for (const shift of company.shifts(personIn(company), now - DAY, now + 2 * DAY)) {
          expect(shift.start).toBeLessThan(now);
          expect(shift.end ?? now).toBeLessThanOrEqual(now);
          for (const { at } of shift.statusChanges) expect(at).toBeLessThan(now);
        }
        for (const conversation of company.conversations(personIn(company), now - DAY, now + 2 * DAY)) {
          expect(conversation.start).toBeLessThan(now);
          expect(conversation.end ?? now).toBeLessThanOrEqual(now);
        }
        expect(company.shifts(personIn(company), now, now + DAY)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('returns the same history for a range and for its parts', () => {
    const instants = fc.tuple(anyInstant, fc.nat(4 * DAY), fc.nat(4 * DAY), fc.nat(8 * DAY));
    fc.assert(
      fc.property(anyPerson, instants, (personIn, [a, toB, toC, toNow]) => {
        const company = companyAt(a + toNow);
        const person = personIn(company);
        const [b, c] = [a + toB, a + toB + toC];
        const union = <T>(list: (from: number, to: number) => readonly T[], id: (item: T) => unknown) => [
          ...new Map([...list(a, b), ...list(b, c)].map((item) => [id(item), item])).values(),
        ];
        expect(
          union(
            (from, to) => company.shifts(person, from, to),
            (shift) => shift.serial,
          ),
        ).toEqual(company.shifts(person, a, c));
        const conversations = union(
          (from, to) => company.conversations(person, from, to),
          (conversation) => conversation.channelGuid,
        );
        expect(conversations).toEqual(company.conversations(person, a, c));
      }),
      { numRuns: 40 },
    );
  });

  test('never overlaps a person’s shifts and orders status changes within a shift', () => {
    fc.assert(
      fc.property(anyPerson, anyInstant, (personIn, now) => {
        const company = companyAt(now);
        const shifts = company.shifts(personIn(company), now - 9 * DAY, now);
        const spans = shifts.map((shift) => [
          shift.start,
          ...shift.statusChanges.map(({ at }) => at),
          shift.end ?? now,
        ]);
        const instants = spans.flat();
        expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });

  test('contains short gaps within a day and equal consecutive statuses', () => {
    const now = FROM + 5 * DAY;
    const company = companyAt(now);
    const shifts = company.people.map((person) => company.shifts(person, FROM, now));
    const gaps = shifts.flatMap((own) => own.slice(1).map((shift, nth) => shift.start - (own[nth]?.end ?? 0)));
    expect(gaps.some((gap) => gap < 5 * MINUTE)).toBe(true);
    const statusChanges = shifts.flat().map((shift) => shift.statusChanges);
    const hasEqualNeighbours = statusChanges.some((own) =>
      own.some(
        (change, nth) =>
          nth > 0 &&
          own[nth - 1]?.status === change.status &&
          own[nth - 1]?.reason === change.reason &&
          own[nth - 1]?.concurrentChats === change.concurrentChats,
      ),
    );
    expect(hasEqualNeighbours).toBe(true);
  });
});

describe('the company at any time', () => {
  const runOptions = { numRuns: 60 };

  test('keeps at least a twentieth of the Kore agents at work', () => {
    fc.assert(
      fc.property(anyInstant, (now) => {
        const company = companyAt(now);
        const kore = peopleWithVendor(company, 'kore');
        const working = kore.filter((person) => company.shifts(person, now - 1, now).some((s) => s.end === null));
        expect(working.length).toBeGreaterThanOrEqual(kore.length / 20);
      }),
      runOptions,
    );
  });

  test('keeps a Vonage agent on a call, and gives all at work their conversations of the last days', () => {
    fc.assert(
      fc.property(anyInstant, (now) => {
        const company = companyAt(now);
        const latest = peopleWithVendor(company, 'vonage').map((person) =>
          company.conversations(person, now - DAY, now),
        );
        const isOnCall = (own: (typeof latest)[number]) => own.some(({ end, medium }) => !end && medium === 'Phone');
        expect(latest.filter(isOnCall).length).toBeGreaterThan(0);
        expect(latest.filter((own) => own.length > 0).length).toBeGreaterThan(latest.length / 4);
      }),
      runOptions,
    );
  });

  test('ends a shift of every agent with only LivePerson within the last day but more than five hours ago', () => {
    fc.assert(
      fc.property(anyInstant, (now) => {
        const company = companyAt(now);
        const onlyLivePerson = company.people.filter(
          ({ refsByVendor }) => Object.keys(refsByVendor).join() === 'liveperson',
        );
        expect(onlyLivePerson.length).toBeGreaterThan(3);
        for (const person of onlyLivePerson) {
          const ends = company.shifts(person, now - DAY, now).map((shift) => shift.end ?? now);
          expect(ends.some((end) => end > now - DAY && end < now - 5 * HOUR)).toBe(true);
        }
      }),
      runOptions,
    );
  });
});
