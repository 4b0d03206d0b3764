import { describe, expect, test } from '@jest/globals';
import type { CompanyPerson } from '../vendors/sandbox.ts';
import { bots, people } from './people.ts';

function peopleWithVendor(vendor: string): readonly CompanyPerson[] {
  return people.filter((person) => person.refsByVendor[vendor] !== undefined);
}

describe('the people of the sandbox', () => {
  test('provides enough people and bots, all with unique references', () => {
    expect(people.length).toBeGreaterThanOrEqual(66);
    expect(bots.length).toBeGreaterThanOrEqual(3);
    expect(new Set(people.map((person) => person.email)).size).toBe(people.length);
    for (const vendor of ['kore', 'liveperson', 'vonage']) {
      const references = peopleWithVendor(vendor).map((person) => person.refsByVendor[vendor]);
      expect(new Set(references).size).toBe(references.length);
    }
  });

  test('fills more than one Kore page and has Vonage ids with leading zeros', () => {
    expect(peopleWithVendor('kore').length).toBeGreaterThan(50);
    const ids = peopleWithVendor('vonage').map((person) => person.refsByVendor.vonage);
    expect(ids).toEqual(expect.arrayContaining(['01', '007']));
  });

  test('uses only ASCII letters in e-mail addresses', () => {
    for (const person of people) expect(person.email).toMatch(/^[a-z]+\.[a-z]+@harbourline\.example$/);
  });
});
