import { describe, expect, test } from '@jest/globals';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { setUpPlanning } from '../../test/support/planning-harness.ts';
import { candidatesByAccount, candidatesByEmail, candidatesForPage, mergeCandidates } from './agent-candidates.ts';

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

describe('candidatesForPage', () => {
  test.each(['kind', 'emails'])(
    'gives equal lists the same key, and others different ones, with a filter of %s',
    (name) => {
      // Discovered agents are human: the configuration alone resolves a list of virtual ones.
      const filter = name === 'kind' ? { kind: 'VIRTUAL' as const } : { emails: ['0@x.de', '1@x.de'] };
      const planning = setUpPlanning(
        [0, 1].map((index) =>
          directoryEntry(`agent-${index}`, {
            ...{ kind: 'virtual', name: `Agent ${index}`, email: `${index}@x.de` },
            accounts: { v: `${index}` },
          }),
        ),
      );
      const keyOf = (first: number) => candidatesForPage(planning, { first, filter }).key;
      expect(keyOf(2)).toBe(keyOf(2));
      expect(keyOf(2)).not.toBe(keyOf(1));
      expect(candidatesForPage(planning, { first: 2, filter: {} }).key).not.toBe(keyOf(2));
    },
  );

  test('reads only agents with the addresses of the filter, or without one, while discovery is pending', () => {
    const planning = setUpPlanning(
      Array.from({ length: 5000 }, (_, index) =>
        directoryEntry(`agent-${index}`, index === 4321 ? { accounts: { v: '1' } } : { email: `${index}@x.de` }),
      ),
    );
    // The index is made once for the view.
    candidatesForPage(planning, { first: 50, filter: { emails: [] } });
    let reads = 0;
    const agents = new Proxy(planning.configured.agents, {
      get(target, key, receiver) {
        reads += 1;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    const counted = { ...planning, configured: { ...planning.configured, agents } };
    const filter = { emails: ['4999@x.de', 'unknown@x.de', '7@X.de'] };
    const candidates = candidatesForPage(counted, { first: 50, filter });
    expect(candidates.agents.map(({ key }) => key)).toEqual(['agent-7', 'agent-4321', 'agent-4999']);
    expect(candidates).toMatchObject({ resolvedBy: 'discovery', maxAgents: 50, unlisted: 'by-email' });
    expect(reads).toBeLessThan(10);
  });
});

test('candidatesByAccount returns null for an account that the caller may not use', () => {
  const planning = setUpPlanning();
  expect(candidatesByAccount(planning, 'other', 'ref-1')).toBeNull();
});
