import { describe, expect, test } from '@jest/globals';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { NOW, period } from '../../test/support/gather-harness.ts';
import { setUpPlanning } from '../../test/support/planning-harness.ts';
import { statusPeriodId } from '../domain/global-id.ts';
import { nodeLookups } from './planned-lookup.ts';

function idOf(ref: string, account = 'v'): string {
  return statusPeriodId(period(account, NOW, { ref }));
}

describe('nodeLookups of a period’s id', () => {
  const during = { from: NOW, to: NOW + 1 };

  test('plans the read of the agent whose reference has the hash', () => {
    const [lookup, ...others] = nodeLookups(setUpPlanning(), idOf('REF-7'));
    expect(others).toEqual([]);
    expect(lookup).toMatchObject({
      type: 'StatusPeriod',
      parent: { candidates: { agents: [{ key: 'agent-7' }] }, separateBatch: true },
      accountRead: {
        account: 'v',
        read: { capability: 'statusPeriods', during, target: { maxAgents: 1, refs: ['ref-7'], unlisted: 'none' } },
      },
    });
  });

  test('plans one read for each reference that has the hash', () => {
    const twins = ['u-1fr3v', 'u-2pv5a'];
    const planning = setUpPlanning(twins.map((ref) => directoryEntry(ref, { accounts: { v: ref } })));
    const lookups = nodeLookups(planning, idOf('u-1fr3v'));
    expect(lookups.map(({ accountRead }) => accountRead?.read.target.refs)).toEqual(twins.map((ref) => [ref]));
  });

  test('plans the read of an unknown agent, in the account of the hash, while discovery is pending', () => {
    const planning = setUpPlanning();
    const lookups = nodeLookups(planning, idOf('unknown'));
    expect(lookups).toMatchObject([
      {
        parent: { candidates: { resolvedBy: 'discovery', maxAgents: 1, unlisted: 'any' } },
        accountRead: { account: 'v', read: { during, target: { maxAgents: 1, refs: [], unlisted: 'any' } } },
      },
    ]);
    const [key, other] = ['unknown', 'other'].map(
      (ref) => nodeLookups(planning, idOf(ref))[0]?.accountRead?.read.target.key,
    );
    expect(key).not.toBe(other);
    expect(nodeLookups(planning, idOf('unknown', 'another-account'))).toEqual([]);
  });

  test('plans nothing for an agent that neither the configuration nor a finished discovery has', () => {
    const planning = setUpPlanning();
    expect(nodeLookups({ ...planning, merged: planning.configured }, idOf('unknown'))).toEqual([]);
  });
});
