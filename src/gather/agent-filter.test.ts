import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import { createFakeServices, freshResult } from '../../test/support/gather-harness.ts';
import type { DirectoryEntry } from '../config/settings.ts';
import type { DiscoveredAgent } from '../domain/agent.ts';
import {
  addressedAgents,
  type AgentFilter,
  createAgentFilter,
  createLaterFilter,
  membersOf,
  needsDiscovery,
} from './agent-filter.ts';

const ACCOUNTS = ['kore', 'lp', 'vcc', 'bots'] as const;
const EMAILS = ['a@x.de', 'b@x.de', 'c@x.de'] as const;
const REFS = ['1', '2', ...EMAILS] as const;
const NAMES = ['Ana', 'Bo', null] as const;

const entry = fc.record({
  kind: fc.constantFrom('human' as const, 'virtual' as const),
  accounts: fc.dictionary(fc.constantFrom(...ACCOUNTS), fc.constantFrom(...REFS)),
  name: fc.constantFrom('Ana', 'Bo', undefined),
  email: fc.constantFrom(...EMAILS, undefined),
  team: fc.constantFrom('t', 'u', undefined),
});
const entries = fc.array(entry, { maxLength: 4 }).map((list) =>
  list.map(({ name, email, team, ...rest }, index): DirectoryEntry =>
    directoryEntry(`agent-${index}`, {
      ...rest,
      ...(name && { name }),
      ...(email && { email }),
      ...(team && { team }),
    }),
  ),
);
const discovered = fc.array(
  fc
    .record({
      ref: fc.constantFrom(...REFS),
      aliases: fc.uniqueArray(fc.constantFrom(...REFS), { maxLength: 2 }),
      name: fc.constantFrom(...NAMES),
      email: fc.constantFrom(...EMAILS, null),
    })
    .map(({ ref, ...rest }) => discoveredAgent(ref, rest)),
  { maxLength: 4 },
);
const filters: fc.Arbitrary<AgentFilter> = fc.record(
  {
    kind: fc.constantFrom('HUMAN' as const, 'VIRTUAL' as const, null),
    teams: fc.constantFrom(['t'], ['t', 'u'], [], null),
    account: fc.constantFrom(...ACCOUNTS, null),
    vendor: fc.constantFrom('KORE' as const, 'LIVEPERSON' as const, 'VONAGE' as const, 'AVAAMO' as const, null),
    emails: fc.subarray([...EMAILS]),
    nameContains: fc.constantFrom('a', 'o', ''),
    refs: fc.array(fc.record({ account: fc.constantFrom(...ACCOUNTS), ref: fc.constantFrom(...REFS) }), {
      maxLength: 3,
    }),
  },
  { requiredKeys: [] },
);

/** The agents before and after the discoveries of two accounts. */
async function open(
  configuredEntries: readonly DirectoryEntry[],
  discoveries: { kore: readonly DiscoveredAgent[]; lp: readonly DiscoveredAgent[] },
) {
  const discover = (name: 'kore' | 'lp') => () => Promise.resolve(freshResult(name, discoveries[name]));
  const context = createFakeServices(configuredEntries, [
    { name: 'kore', vendor: 'KORE', sources: { discover: discover('kore') } },
    { name: 'lp', vendor: 'LIVEPERSON', sources: { discover: discover('lp') } },
    { name: 'vcc', vendor: 'VONAGE', sources: {} },
    { name: 'bots', vendor: 'AVAAMO', sources: {} },
  ]).createContext();
  const known = { context, ...context.configuredDirectory() };
  return { known, configured: known.configured, context, merged: (await context.allAgents()).view };
}

describe('needsDiscovery', () => {
  test('is false only where discovery changes nothing about the matching agents', async () => {
    await fc.assert(
      fc.asyncProperty(entries, discovered, discovered, filters, async (list, kore, lp, filter) => {
        const { known, context, configured, merged } = await open(list, { kore, lp });
        if (needsDiscovery(known, filter)) return;
        const matching = configured.agents.filter(createAgentFilter(context, configured, filter));
        expect(merged.agents.filter(createAgentFilter(context, merged, filter))).toEqual(matching);
      }),
    );
  });
});

describe('createLaterFilter', () => {
  test('accepts every configured agent that matches after discovery', async () => {
    await fc.assert(
      fc.asyncProperty(entries, discovered, discovered, filters, async (list, kore, lp, filter) => {
        const { known, context, configured, merged } = await open(list, { kore, lp });
        const mayMatch = createLaterFilter(known, filter);
        const accepted = new Set(configured.agents.filter(mayMatch).map(({ id }) => id));
        const matching = merged.agents.filter(createAgentFilter(context, merged, filter));
        const matchingIds = matching.filter(({ key }) => key !== null).map(({ id }) => id);
        expect(matchingIds.filter((id) => !accepted.has(id))).toEqual([]);
      }),
    );
  });
});

test('membersOf contains every agent that matches the filter, or may match it after discovery, in the order of the view', async () => {
  await fc.assert(
    fc.asyncProperty(entries, discovered, discovered, filters, async (list, kore, lp, filter) => {
      const { known, context, configured, merged } = await open(list, { kore, lp });
      const mayMatch = createLaterFilter(known, filter);
      expect(membersOf(configured, filter).filter(mayMatch)).toEqual(configured.agents.filter(mayMatch));
      const matches = createAgentFilter(context, merged, filter);
      expect(membersOf(merged, filter).filter(matches)).toEqual(merged.agents.filter(matches));
    }),
  );
});

test('addressedAgents finds what the filter finds, in the same order', async () => {
  const emails = fc.array(fc.constantFrom(...EMAILS, 'A@X.de', 'unknown@x.de'), { maxLength: 5 });
  const noneOrOthers = fc.oneof(fc.constant({}), filters);
  await fc.assert(
    fc.asyncProperty(
      entries,
      discovered,
      discovered,
      noneOrOthers,
      emails,
      async (list, kore, lp, others, addresses) => {
        const { context, merged } = await open(list, { kore, lp });
        const filter = { ...others, emails: addresses };
        const matching = merged.agents.filter(createAgentFilter(context, merged, filter));
        expect(addressedAgents(context, merged, addresses, filter)).toEqual(matching);
      },
    ),
  );
});
