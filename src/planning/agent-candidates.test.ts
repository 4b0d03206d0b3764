import { describe, expect, test } from '@jest/globals';
import { setUpPlanning } from '../../test/support/planning-harness.ts';
import { candidatesByAccount, candidatesByEmail, mergeCandidates } from './agent-candidates.ts';

describe('mergeCandidates', () => {
  test('merges lookups of unlisted agents into one with their number as the upper bound, repeated lookups once', () => {
    const planning = setUpPlanning();
    const emails = ['a@x.de', 'b@x.de', 'a@x.de', 'c@x.de'];
    const candidateSets = mergeCandidates(emails.map((email) => candidatesByEmail(planning, email)));
    expect(candidateSets).toMatchObject([{ maxAgents: 3, unlisted: 'by-email', resolvedBy: 'discovery' }]);
  });

  test('gives the same lookups the same key, and different lookups different keys', () => {
    const planning = setUpPlanning();
    const keysOf = (...emails: readonly string[]) =>
      mergeCandidates(emails.map((email) => candidatesByEmail(planning, email))).map(({ key }) => key);
    expect(keysOf('a@x.de', 'b@x.de')).toEqual(keysOf('a@x.de', 'b@x.de'));
    expect(keysOf('a@x.de', 'b@x.de')).not.toEqual(keysOf('a@x.de', 'c@x.de'));
  });

  test('keeps a lookup by e-mail address separate from one by account reference', () => {
    const planning = setUpPlanning();
    const byAccount = candidatesByAccount(planning, 'v', 'unknown');
    const both = [candidatesByEmail(planning, 'a@x.de'), ...(byAccount ? [byAccount] : [])];
    expect(both).toHaveLength(2);
    expect(mergeCandidates(both)).toEqual(both);
  });
});

test('candidatesByAccount returns null for an account that the caller may not use', () => {
  const planning = setUpPlanning();
  expect(candidatesByAccount(planning, 'other', 'ref-1')).toBeNull();
});
