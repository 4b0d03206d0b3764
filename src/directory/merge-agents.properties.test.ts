import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DiscoveredAgent } from '../domain/agent.ts';
import { mergeAgents } from './merge-agents.ts';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { ACCOUNTS, kore, lp, vcc, mergedView } from '../../test/support/merge-agents-fixtures.ts';

describe('whatever the vendors name', () => {
  const email = fc.constantFrom('a@x', 'A@X', 'b@x', 'c@x', 'd@x');
  const ref = fc.oneof(email, fc.constantFrom('1', '2', '3', 'x', 'X', 'y'));
  const person: fc.Arbitrary<DiscoveredAgent> = fc.record({
    ref,
    aliases: fc.array(ref, { maxLength: 2 }),
    name: fc.option(fc.constantFrom('Anna', 'Ben')),
    email: fc.option(email),
  });
  const people = fc.uniqueArray(person, { maxLength: 5, selector: (one) => one.ref.toLowerCase() });
  const named = fc.record({ kore: people, lp: people, vcc: people });
  const entries = fc
    .uniqueArray(
      fc.record({
        id: fc.constantFrom('jane', 'joe', 'jim'),
        email: fc.option(email),
        accounts: fc.dictionary(fc.constantFrom('kore', 'lp', 'secret'), ref),
      }),
      { selector: (one) => one.id },
    )
    .map((list) =>
      list.map(({ id, email: address, accounts }) =>
        directoryEntry(id, { accounts, ...(address && { email: address }) }),
      ),
    );

  test('the order in which they name it changes neither agents nor ids', () => {
    fc.assert(
      fc.property(entries, named, fc.infiniteStream(fc.nat()), (listed, said, dice) => {
        const shuffle = (list: readonly DiscoveredAgent[]) =>
          list
            .map((one) => ({ one, at: dice.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ one }) => one);
        const discoveries = [lp, vcc, kore].map((one) => ({
          account: one,
          agents: shuffle(said[one.name as keyof typeof said]),
        }));
        expect(mergeAgents(listed, ACCOUNTS, discoveries).agents).toEqual(mergedView(listed, said).agents);
      }),
      { numRuns: 500 },
    );
  });

  test('no two agents share an id, none has two seats in an account, and each is found by its id', () => {
    fc.assert(
      fc.property(entries, named, (listed, said) => {
        const { agents, byId } = mergedView(listed, said);
        expect(new Set(agents.map(({ id }) => id)).size).toBe(agents.length);
        for (const agent of agents) {
          expect(new Set(agent.accounts.map((agentAccount) => agentAccount.account)).size).toBe(agent.accounts.length);
          expect(byId(agent.id)).toBe(agent);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('everybody named is there, under each of the references', () => {
    fc.assert(
      fc.property(entries, named, (listed, said) => {
        const { agents, byAccount } = mergedView(listed, said);
        for (const [name, list] of Object.entries(said)) {
          for (const one of list) {
            for (const reference of [one.ref, ...one.aliases]) {
              const agent = byAccount(name, reference);
              expect(agents).toContain(agent);
              expect(agent?.accounts.some((agentAccount) => agentAccount.account === name)).toBe(true);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('an agent found by a seat of its own is that agent, unless the directory lists the seat twice', () => {
    fc.assert(
      fc.property(named, (said) => {
        const { agents, byAccount } = mergedView([], said);
        for (const agent of agents) {
          for (const agentAccount of agent.accounts)
            expect(byAccount(agentAccount.account, agentAccount.ref)).toBe(agent);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the directory’s seats, names and addresses stay', () => {
    fc.assert(
      fc.property(entries, named, (listed, said) => {
        const [alone, together] = [mergedView(listed), mergedView(listed, said)];
        alone.agents.forEach((before, index) => {
          const after = together.agents[index];
          expect(after).toMatchObject({ id: before.id, key: before.key });
          if (before.email !== null) expect(after?.email).toBe(before.email);
          expect(after?.accounts).toEqual(expect.arrayContaining([...before.accounts]));
        });
      }),
    );
  });

  test('who may see only some accounts sees what there would be if there were no others', () => {
    fc.assert(
      fc.property(entries, named, fc.subarray(ACCOUNTS), (listed, said, mine) => {
        const names = new Set(mine.map(({ name }) => name));
        const without = listed.flatMap((one) => {
          const seats = Object.entries(one.accounts).filter(([name]) => names.has(name));
          const known = seats.length > 0 || Object.keys(one.accounts).length === 0;
          return known ? [{ ...one, accounts: Object.fromEntries(seats) }] : [];
        });
        const everything = ACCOUNTS.map((one) => ({ account: one, agents: said[one.name as keyof typeof said] }));
        expect(mergeAgents(listed, mine, everything).agents).toEqual(mergedView(without, said, mine).agents);
      }),
      { numRuns: 500 },
    );
  });
});
