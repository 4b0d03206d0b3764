import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCompany } from './company.ts';
import type { Company, CompanyPerson } from '../vendors/sandbox.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2024, 0, 1);

const companyAt = (now: number): Company => createCompany({ now: () => now });
const peopleWithVendor = (company: Company, vendor: string): readonly CompanyPerson[] =>
  company.people.filter((person) => person.refsByVendor[vendor] !== undefined);
const anyInstant = fc.integer({ min: FROM, max: FROM + 1500 * DAY });
const anyPerson = fc.nat().map((n) => (company: Company): CompanyPerson => {
  const person = company.people[n % company.people.length];
  if (!person) throw new Error('the company has people');
  return person;
});

describe('the company', () => {
  const company = companyAt(FROM);

  test('has people and bots enough, and no two share a reference', () => {
    expect(company.people.length).toBeGreaterThanOrEqual(66);
    expect(company.bots.length).toBeGreaterThanOrEqual(3);
    expect(new Set(company.people.map((person) => person.email)).size).toBe(company.people.length);
    for (const vendor of ['kore', 'liveperson', 'vonage']) {
      const references = peopleWithVendor(company, vendor).map((person) => person.refsByVendor[vendor]);
      expect(new Set(references).size).toBe(references.length);
    }
  });

  test('fills more than one page of Kore, and numbers some Vonage agents with zeros in front', () => {
    expect(peopleWithVendor(company, 'kore').length).toBeGreaterThan(50);
    const ids = peopleWithVendor(company, 'vonage').map((person) => person.refsByVendor.vonage);
    expect(ids).toEqual(expect.arrayContaining(['01', '007']));
  });

  test('writes e-mail addresses in plain letters', () => {
    for (const person of company.people) expect(person.email).toMatch(/^[a-z]+\.[a-z]+@harbourline\.example$/);
  });

  test('gives every shift a number of its own', () => {
    const now = FROM + 9 * DAY;
    const serials = companyAt(now).people.flatMap((person) =>
      companyAt(now)
        .shifts(person, FROM, now)
        .map((shift) => shift.serial),
    );
    expect(new Set(serials).size).toBe(serials.length);
  });
});

describe('its history', () => {
  test('is the same whenever and by whomever it is asked for', () => {
    fc.assert(
      fc.property(anyPerson, anyInstant, fc.nat(40 * DAY), (personIn, to, later) => {
        const before = companyAt(to);
        const after = companyAt(to + later);
        const shiftsAsOf = (company: Company) => company.shifts(personIn(company), to - 3 * DAY, to);
        const closed = shiftsAsOf(before).filter((shift) => shift.end !== null);
        const serials = new Set(closed.map((shift) => shift.serial));
        expect(shiftsAsOf(after).filter((shift) => serials.has(shift.serial))).toEqual(closed);
        const talksAsOf = (company: Company) => company.conversations(personIn(company), to - 3 * DAY, to);
        const ended = talksAsOf(before).filter((talk) => talk.end !== null);
        const channels = new Set(ended.map((talk) => talk.channelGuid));
        expect(talksAsOf(after).filter((talk) => channels.has(talk.channelGuid))).toEqual(ended);
      }),
      { numRuns: 40 },
    );
  });

  test('stops at now', () => {
    fc.assert(
      fc.property(anyPerson, anyInstant, (personIn, now) => {
        const company = companyAt(now);
        for (const shift of company.shifts(personIn(company), now - DAY, now + 2 * DAY)) {
          expect(shift.start).toBeLessThan(now);
          expect(shift.end ?? now).toBeLessThanOrEqual(now);
          for (const move of shift.statusChanges) expect(move.at).toBeLessThan(now);
        }
        for (const talk of company.conversations(personIn(company), now - DAY, now + 2 * DAY)) {
          expect(talk.start).toBeLessThan(now);
          expect(talk.end ?? now).toBeLessThanOrEqual(now);
        }
        expect(company.shifts(personIn(company), now, now + DAY)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('is a whole however it is cut', () => {
    const instants = fc.tuple(anyInstant, fc.nat(4 * DAY), fc.nat(4 * DAY), fc.nat(8 * DAY));
    fc.assert(
      fc.property(anyPerson, instants, (personIn, [a, toB, toC, toNow]) => {
        const company = companyAt(a + toNow);
        const person = personIn(company);
        const [b, c] = [a + toB, a + toB + toC];
        const union = <T>(list: (from: number, to: number) => readonly T[], id: (one: T) => unknown) => [
          ...new Map([...list(a, b), ...list(b, c)].map((one) => [id(one), one])).values(),
        ];
        expect(
          union(
            (from, to) => company.shifts(person, from, to),
            (shift) => shift.serial,
          ),
        ).toEqual(company.shifts(person, a, c));
        const talks = union(
          (from, to) => company.conversations(person, from, to),
          (talk) => talk.channelGuid,
        );
        expect(talks).toEqual(company.conversations(person, a, c));
      }),
      { numRuns: 40 },
    );
  });

  test('has nobody on two shifts at once, and moves in order within the shift', () => {
    fc.assert(
      fc.property(anyPerson, anyInstant, (personIn, now) => {
        const company = companyAt(now);
        const shifts = company.shifts(personIn(company), now - 9 * DAY, now);
        const spans = shifts.map((shift) => [
          shift.start,
          ...shift.statusChanges.map((move) => move.at),
          shift.end ?? now,
        ]);
        const instants = spans.flat();
        expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });

  test('knows gaps within a day, and neighbours that are alike', () => {
    const now = FROM + 5 * DAY;
    const company = companyAt(now);
    const shifts = company.people.map((person) => company.shifts(person, FROM, now));
    const gaps = shifts.flatMap((own) => own.slice(1).map((shift, nth) => shift.start - (own[nth]?.end ?? 0)));
    expect(gaps.some((gap) => gap < 5 * MINUTE)).toBe(true);
    const moves = shifts.flat().map((shift) => shift.statusChanges);
    const hasEqualNeighbours = moves.some((own) =>
      own.some(
        (move, nth) =>
          nth > 0 &&
          own[nth - 1]?.status === move.status &&
          own[nth - 1]?.reason === move.reason &&
          own[nth - 1]?.concurrentChats === move.concurrentChats,
      ),
    );
    expect(hasEqualNeighbours).toBe(true);
  });
});

describe('at any moment', () => {
  const runOptions = { numRuns: 60 };

  test('a good part of the Kore people are at work', () => {
    fc.assert(
      fc.property(anyInstant, (now) => {
        const company = companyAt(now);
        const kore = peopleWithVendor(company, 'kore');
        const working = kore.filter((person) => company.shifts(person, now - 1, now).some((s) => s.end === null));
        expect(working.length).toBeGreaterThan(kore.length / 10);
      }),
      runOptions,
    );
  });

  test('some Vonage people are talking, and all others have talked lately', () => {
    fc.assert(
      fc.property(anyInstant, (now) => {
        const company = companyAt(now);
        const latest = peopleWithVendor(company, 'vonage').map((person) =>
          company.conversations(person, now - DAY, now),
        );
        const talking = latest.filter((talks) => talks.some((talk) => talk.end === null));
        expect(talking.length).toBeGreaterThan(0);
        expect(talking.length).toBeLessThan(latest.length);
        expect(latest.every((talks) => talks.length > 0)).toBe(true);
      }),
      runOptions,
    );
  });

  test('somebody has long been at an e-mail, so that it is no matter of luck that somebody is talking', () => {
    fc.assert(
      fc.property(anyInstant, (now) => {
        const company = companyAt(now);
        const going = peopleWithVendor(company, 'vonage').flatMap((person) =>
          company.conversations(person, now - 1, now),
        );
        expect(going.some(({ end, start, medium }) => end === null && medium === 'Email' && now - start > HOUR)).toBe(
          true,
        );
      }),
      // One of the few moments at which everybody would have just signed on or off, were it left to luck.
      { ...runOptions, examples: [[1_783_379_200_465]] },
    );
  });

  test('every LivePerson agent has a shift of the last day that ended more than five hours ago', () => {
    fc.assert(
      fc.property(anyInstant, (now) => {
        const company = companyAt(now);
        for (const person of peopleWithVendor(company, 'liveperson')) {
          const ends = company.shifts(person, now - DAY, now).map((shift) => shift.end ?? now);
          expect(ends.some((end) => end > now - DAY && end < now - 5 * HOUR)).toBe(true);
        }
      }),
      runOptions,
    );
  });

  test('somebody has worked across the last midnight', () => {
    fc.assert(
      fc.property(anyInstant, (now) => {
        const company = companyAt(now);
        const midnight = Math.floor((now - 1) / DAY) * DAY;
        const across = company.people.filter((person) =>
          company.shifts(person, midnight - 1, midnight).some((shift) => (shift.end ?? now) > midnight),
        );
        expect(across.length).toBeGreaterThan(0);
      }),
      runOptions,
    );
  });
});

test('a colleague who is brought into a call has the same conversation on another channel', () => {
  const now = FROM + 3 * DAY;
  const company = companyAt(now);
  const channels = new Map<string, Set<string>>();
  for (const person of company.people) {
    for (const talk of company.conversations(person, FROM, now)) {
      channels.set(talk.guid, (channels.get(talk.guid) ?? new Set()).add(talk.channelGuid));
    }
  }
  expect([...channels.values()].some((own) => own.size === 2)).toBe(true);
});

describe("a bot's traffic", () => {
  const now = FROM + 30 * DAY;
  const company = companyAt(now);
  const bot = company.bots[0] ?? { name: '', refsByVendor: {} };

  test('adds up over spans, except for users', () => {
    fc.assert(
      fc.property(fc.nat(5 * DAY), fc.nat(5 * DAY), (one, two) => {
        const from = FROM + 10 * DAY;
        const [a, b, whole] = [
          company.traffic(bot, from, from + one),
          company.traffic(bot, from + one, from + one + two),
          company.traffic(bot, from, from + one + two),
        ];
        for (const key of ['messages', 'unhandled', 'ambiguous', 'mismatchedAmbiguous', 'interventions'] as const) {
          expect(a[key] + b[key]).toBe(whole[key]);
        }
        expect(a.users + b.users).toBeGreaterThanOrEqual(whole.users);
      }),
      { numRuns: 30 },
    );
    const days = [0, 1, 2].map((day) => company.traffic(bot, FROM + day * DAY, FROM + (day + 1) * DAY).users);
    expect(company.traffic(bot, FROM, FROM + 3 * DAY).users).toBeLessThan(days.reduce((sum, users) => sum + users, 0));
  });

  test('ends at now', () => {
    expect(company.traffic(bot, now, now + DAY).messages).toBe(0);
    expect(company.traffic(bot, now - DAY, now + DAY)).toEqual(company.traffic(bot, now - DAY, now));
  });

  test('has interventions, and hours without any message at some bot', () => {
    expect(company.traffic(bot, FROM, FROM + 3 * DAY).interventions).toBeGreaterThan(0);
    const night = company.bots.map((other) => company.traffic(other, FROM, FROM + 2 * HOUR).messages);
    expect(night).toContain(0);
  });
});
