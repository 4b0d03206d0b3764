import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { ACCOUNTS, kore, lp, mergedView, vcc } from '../../test/support/merge-agents-fixtures.ts';
import type { DiscoveredAgent } from '../domain/agent.ts';
import { mergeAgents } from './merge-agents.ts';

describe('mergeAgents, for any discovered agents', () => {
  const email = fc.constantFrom('a@x', 'A@X', 'b@x', 'c@x', 'd@x');
  const ref = fc.oneof(email, fc.constantFrom('1', '2', '3', 'x', 'X', 'y'));
  const person: fc.Arbitrary<DiscoveredAgent> = fc.record({
    ref,
    aliases: fc.array(ref, { maxLength: 2 }),
    name: fc.option(fc.constantFrom('Anna', 'Ben')),
    email: fc.option(email),
  });
  const people = fc.uniqueArray(person, { maxLength: 5, selector: (agent) => agent.ref.toLowerCase() });
  const discoveredLists = fc.record({ kore: people, lp: people, vcc: people });
  const entries = fc
    .uniqueArray(
      fc.record({
        id: fc.constantFrom('jane', 'joe', 'jim'),
        email: fc.option(email),
        accounts: fc.dictionary(fc.constantFrom('kore', 'lp', 'secret'), ref),
      }),
      { selector: (entry) => entry.id },
    )
    .map((list) =>
      list.map(({ id, email: address, accounts }) =>
        directoryEntry(id, { accounts, ...(address && { email: address }) }),
      ),
    );

  test('returns the same agents and ids for any order of discovery', () => {
    fc.assert(
      fc.property(entries, discoveredLists, fc.infiniteStream(fc.nat()), (listed, discovered, positions) => {
        const shuffle = (list: readonly DiscoveredAgent[]) =>
          list
            .map((agent) => ({ agent, position: positions.next().value as number }))
            .sort((a, b) => a.position - b.position)
            .map(({ agent }) => agent);
        const discoveries = [lp, vcc, kore].map((account) => ({
          account,
          agents: shuffle(discovered[account.name as keyof typeof discovered]),
        }));
        expect(mergeAgents(listed, ACCOUNTS, discoveries).agents).toEqual(mergedView(listed, discovered).agents);
      }),
      { numRuns: 500 },
    );
  });

  test('gives every agent a unique id, at most one reference per account, and finds it by its id', () => {
    fc.assert(
      fc.property(entries, discoveredLists, (listed, discovered) => {
        const { agents, byId } = mergedView(listed, discovered);
        expect(new Set(agents.map(({ id }) => id)).size).toBe(agents.length);
        for (const agent of agents) {
          expect(new Set(agent.accounts.map((agentAccount) => agentAccount.account)).size).toBe(agent.accounts.length);
          expect(byId(agent.id)).toBe(agent);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('finds every discovered agent by each of its references', () => {
    fc.assert(
      fc.property(entries, discoveredLists, (listed, discovered) => {
        const { agents, byAccount } = mergedView(listed, discovered);
        for (const [name, list] of Object.entries(discovered)) {
          for (const agent of list) {
            for (const reference of [agent.ref, ...agent.aliases]) {
              const match = byAccount(name, reference);
              expect(agents).toContain(match);
              expect(match?.accounts.some((agentAccount) => agentAccount.account === name)).toBe(true);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('finds an unlisted agent by each of its own accounts', () => {
    fc.assert(
      fc.property(discoveredLists, (discovered) => {
        const { agents, byAccount } = mergedView([], discovered);
        for (const agent of agents) {
          for (const agentAccount of agent.accounts)
            expect(byAccount(agentAccount.account, agentAccount.ref)).toBe(agent);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('keeps the accounts, names and addresses of the directory', () => {
    fc.assert(
      fc.property(entries, discoveredLists, (listed, discovered) => {
        const [configured, merged] = [mergedView(listed), mergedView(listed, discovered)];
        configured.agents.forEach((before, index) => {
          const after = merged.agents[index];
          expect(after).toMatchObject({ id: before.id, key: before.key });
          if (before.email !== null) expect(after?.email).toBe(before.email);
          expect(after?.accounts).toEqual(expect.arrayContaining([...before.accounts]));
        });
      }),
    );
  });

  test('returns for visible accounts what a configuration without the hidden ones would give', () => {
    fc.assert(
      fc.property(entries, discoveredLists, fc.subarray(ACCOUNTS), (listed, discovered, mine) => {
        const names = new Set(mine.map(({ name }) => name));
        const without = listed.flatMap((entry) => {
          const visible = Object.entries(entry.accounts).filter(([name]) => names.has(name));
          const isVisible = visible.length > 0 || Object.keys(entry.accounts).length === 0;
          return isVisible ? [{ ...entry, accounts: Object.fromEntries(visible) }] : [];
        });
        const everything = ACCOUNTS.map((account) => ({
          account,
          agents: discovered[account.name as keyof typeof discovered],
        }));
        expect(mergeAgents(listed, mine, everything).agents).toEqual(mergedView(without, discovered, mine).agents);
      }),
      { numRuns: 500 },
    );
  });
});
