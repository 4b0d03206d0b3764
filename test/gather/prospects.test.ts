import { describe, expect, test } from '@jest/globals';
import { createWhoms, outlookOf, prospectByEmail, prospectBySeat, together } from '../../src/gather/prospects.ts';
import { entry } from '../directory/support.ts';
import { fakeHouse } from './support.ts';

const LISTED = Array.from({ length: 50 }, (_, i) => entry(`agent-${i}`, { accounts: { v: `ref-${i}` } }));

function setUp() {
  const sources = {
    currentStatus: () => new Promise<never>(() => undefined),
    discover: () => new Promise<never>(() => undefined),
  };
  const desk = fakeHouse(LISTED, [{ name: 'v', vendor: 'KORE', sources }]).desk();
  let looks = 0;
  const outlook = outlookOf({
    ...desk,
    sources: (name) => {
      looks += 1;
      return desk.sources(name);
    },
  });
  return { outlook, looks: () => looks };
}

const asked = { question: 'currentStatus', accounts: null, firstOnly: false } as const;

describe('agents whom only vendors know', () => {
  test('are told as one, so many of them, be each asked for once or twice', () => {
    const { outlook } = setUp();
    const emails = ['a@x.de', 'b@x.de', 'a@x.de', 'c@x.de'];
    const prospects = together(emails.map((email) => prospectByEmail(outlook, email)));
    expect(prospects).toMatchObject([{ most: 3, strangers: 'with e-mail', found: 'complete' }]);
    const whoms = prospects.map((prospect) => createWhoms(outlook)(prospect, 'v', asked));
    expect(whoms).toMatchObject([{ most: 3, others: 'with e-mail' }]);
  });

  test('are as many for the same ones asked for again, and not confused with others', () => {
    const { outlook } = setUp();
    const of = (...emails: readonly string[]) =>
      together(emails.map((email) => prospectByEmail(outlook, email))).map(({ key }) => key);
    expect(of('a@x.de', 'b@x.de')).toEqual(of('a@x.de', 'b@x.de'));
    expect(of('a@x.de', 'b@x.de')).not.toEqual(of('a@x.de', 'c@x.de'));
  });

  test('stay apart where one may have an e-mail address only, the other any reference', () => {
    const { outlook } = setUp();
    const seat = prospectBySeat(outlook, 'v', 'nobody');
    const both = [prospectByEmail(outlook, 'a@x.de'), ...(seat ? [seat] : [])];
    expect(both).toHaveLength(2);
    expect(together(both)).toEqual(both);
  });
});

test('the same agents are looked through once for the same question', () => {
  const { outlook, looks } = setUp();
  const whomOf = createWhoms(outlook);
  const prospects = ['a@x.de', 'b@x.de', 'a@x.de'].map((email) => prospectByEmail(outlook, email));
  const whoms = prospects.map((prospect) => whomOf(prospect, 'v', asked));
  expect(looks()).toBe(50);
  expect(whoms.map(({ key, refs }) => [key, refs.length])).toEqual([
    ['email a@x.de', 50],
    ['email b@x.de', 50],
    ['email a@x.de', 50],
  ]);
  for (const prospect of prospects) whomOf(prospect, 'v', { ...asked, accounts: ['v'] });
  expect(looks()).toBe(100);
});
