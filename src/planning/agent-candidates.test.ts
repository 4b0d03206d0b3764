import { describe, expect, test } from '@jest/globals';
import {
  createTargetResolver,
  createPlanningContext,
  candidatesByEmail,
  candidatesByAccount,
  mergeCandidates,
} from './agent-candidates.ts';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { createFakeServices } from '../../test/support/gather-harness.ts';

const LISTED = Array.from({ length: 50 }, (_, i) => directoryEntry(`agent-${i}`, { accounts: { v: `ref-${i}` } }));

function setUp() {
  const sources = {
    currentStatus: () => new Promise<never>(() => undefined),
    discover: () => new Promise<never>(() => undefined),
  };
  const context = createFakeServices(LISTED, [{ name: 'v', vendor: 'KORE', sources }]).createContext();
  let lookups = 0;
  const planning = createPlanningContext({
    ...context,
    dataSource: (name) => {
      lookups += 1;
      return context.dataSource(name);
    },
  });
  return { outlook: planning, looks: () => lookups };
}

const selection = { capability: 'currentStatus', accounts: null, firstOnly: false } as const;

describe('agents whom only vendors know', () => {
  test('are told as one, so many of them, be each asked for once or twice', () => {
    const { outlook: planning } = setUp();
    const emails = ['a@x.de', 'b@x.de', 'a@x.de', 'c@x.de'];
    const candidateSets = mergeCandidates(emails.map((email) => candidatesByEmail(planning, email)));
    expect(candidateSets).toMatchObject([{ most: 3, strangers: 'with e-mail', found: 'complete' }]);
    const targets = candidateSets.map((candidates) => createTargetResolver(planning)(candidates, 'v', selection));
    expect(targets).toMatchObject([{ most: 3, others: 'with e-mail' }]);
  });

  test('are as many for the same ones asked for again, and not confused with others', () => {
    const { outlook: planning } = setUp();
    const of = (...emails: readonly string[]) =>
      mergeCandidates(emails.map((email) => candidatesByEmail(planning, email))).map(({ key }) => key);
    expect(of('a@x.de', 'b@x.de')).toEqual(of('a@x.de', 'b@x.de'));
    expect(of('a@x.de', 'b@x.de')).not.toEqual(of('a@x.de', 'c@x.de'));
  });

  test('stay apart where one may have an e-mail address only, the other any reference', () => {
    const { outlook: planning } = setUp();
    const seat = candidatesByAccount(planning, 'v', 'nobody');
    const both = [candidatesByEmail(planning, 'a@x.de'), ...(seat ? [seat] : [])];
    expect(both).toHaveLength(2);
    expect(mergeCandidates(both)).toEqual(both);
  });
});

test('the same agents are looked through once for the same question', () => {
  const { outlook: planning, looks: lookups } = setUp();
  const resolveTarget = createTargetResolver(planning);
  const candidateSets = ['a@x.de', 'b@x.de', 'a@x.de'].map((email) => candidatesByEmail(planning, email));
  const targets = candidateSets.map((candidates) => resolveTarget(candidates, 'v', selection));
  expect(lookups()).toBe(50);
  expect(targets.map(({ key, refs }) => [key, refs.length])).toEqual([
    ['email a@x.de', 50],
    ['email b@x.de', 50],
    ['email a@x.de', 50],
  ]);
  for (const candidates of candidateSets) resolveTarget(candidates, 'v', { ...selection, accounts: ['v'] });
  expect(lookups()).toBe(100);
});
