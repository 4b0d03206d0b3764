import { describe, expect, test } from '@jest/globals';
import type { DiscoveredAgent } from '../domain/agent.ts';
import { runAtOnce } from '../domain/event-loop-yielder.ts';
import {
  emailsOf,
  fromReferenceKey,
  type KnownAccount,
  sortDiscoveredEntries,
  toReference,
} from './discovered-entries.ts';

const references = {
  problem: () => null,
  canonical: (ref: string) => ref.toLowerCase(),
  email: (ref: string) => (ref.includes('@') ? ref : null),
};
const kore: KnownAccount = { name: 'kore-main', vendor: 'KORE', references };
const liveperson: KnownAccount = { name: 'lp', vendor: 'LIVEPERSON', references };

function agent(ref: string, parts: Partial<DiscoveredAgent> = {}): DiscoveredAgent {
  return { ref, aliases: [], name: null, email: null, ...parts };
}

describe('sortDiscoveredEntries', () => {
  test('sorts by account in the order of the configuration, then by reference in any spelling', () => {
    const discoveries = [
      { account: liveperson, agents: [agent('9')] },
      { account: kore, agents: [agent('b'), agent('C'), agent('A')] },
    ];
    const sorted = runAtOnce(sortDiscoveredEntries([kore, liveperson], discoveries));
    expect(sorted.map((entry) => `${entry.account.name} ${entry.agent.ref}`)).toEqual([
      'kore-main A',
      'kore-main b',
      'kore-main C',
      'lp 9',
    ]);
  });

  test('leaves out accounts that take no part', () => {
    const discoveries = [{ account: liveperson, agents: [agent('9')] }];
    expect(runAtOnce(sortDiscoveredEntries([kore], discoveries))).toEqual([]);
  });

  test('pauses between agents', () => {
    const agents = Array.from({ length: 250 }, (_, index) => agent(String(index)));
    let pauses = 0;
    const steps = sortDiscoveredEntries([kore], [{ account: kore, agents }]);
    while (steps.next().done !== true) pauses += 1;
    expect(pauses).toBeGreaterThanOrEqual(2);
  });
});

test('names the vendor’s address of an agent before references that are addresses', () => {
  const jane = agent('7', { aliases: ['login@example.com'], email: 'jane@example.com' });
  const entry = {
    account: liveperson,
    agent: jane,
    references: ['7', 'login@example.com'].map((ref) => toReference(liveperson, ref)),
  };
  expect(emailsOf(entry)).toEqual(['jane@example.com', 'login@example.com']);
  expect(emailsOf({ ...entry, agent: agent('7') })).toEqual(['login@example.com']);
});

test('keeps the references of two accounts apart', () => {
  expect(toReference(kore, 'X').key).toBe(toReference(kore, 'x').key);
  expect(toReference(kore, 'x').key).not.toBe(toReference(liveperson, 'x').key);
});

test('a key has its account and the canonical form of its reference', () => {
  expect(fromReferenceKey(toReference(kore, 'Jane').key)).toEqual({ account: 'kore-main', ref: 'jane' });
});
