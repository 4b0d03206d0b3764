import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import { createFakeServices, freshResult } from '../../test/support/gather-harness.ts';
import type { DirectoryEntry } from '../config/settings.ts';
import type { Agent, DiscoveredAgent } from '../domain/agent.ts';
import { agentId, agentIdByAccount, agentIdByEmail } from '../domain/global-id.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import type { AgentFilter } from './agent-filter.ts';
import { agentByAccount, agentByEmail, agentById, agents, type AgentsArgs, owningAgent } from './agents.ts';
import { encodeCursor } from './page.ts';
import type { QueryContext } from './query-context.ts';

/** Services with a Kore account that discovers these agents, and an Avaamo account without data. */
function open(
  entries: readonly DirectoryEntry[],
  discovered: readonly DiscoveredAgent[],
): { context: QueryContext; calls: () => number } {
  let calls = 0;
  const discover = () => {
    calls += 1;
    return Promise.resolve(freshResult('kore', discovered));
  };
  const services = createFakeServices(
    entries,
    [
      { name: 'kore', vendor: 'KORE', sources: { discover } },
      { name: 'bots', vendor: 'AVAAMO', sources: {} },
    ],
    [
      { id: 'sales', name: 'Sales' },
      { id: 'support', name: 'Support' },
      { id: 'empty', name: 'Empty' },
    ],
  );
  return { context: services.createContext(), calls: () => calls };
}

const STAFF = [
  directoryEntry('jane', { name: 'Jane Doe', email: 'Jane@x.de', team: 'sales', accounts: { kore: 'jane@x.de' } }),
  directoryEntry('bot', { kind: 'virtual', name: 'Billing bot', team: 'support', accounts: { bots: '2041' } }),
  directoryEntry('joe', { name: 'Joe', email: 'joe@x.de' }),
];
const DISCOVERED = [
  discoveredAgent('u-1', { name: 'Zoe', email: 'zoe@x.de' }),
  discoveredAgent('u-2', { name: 'Anna' }),
];

function page(args: Partial<AgentsArgs> = {}, context = open(STAFF, DISCOVERED).context) {
  return agents(context, { first: 50, ...args });
}
async function names(filter: AgentFilter) {
  return (await page({ filter })).nodes.map(({ name }) => name);
}

describe('the filter of agents', () => {
  test.each<[string, AgentFilter, readonly string[]]>([
    ['no condition', {}, ['Jane Doe', 'Billing bot', 'Joe', 'Anna', 'Zoe']],
    [
      'null conditions',
      { kind: null, account: null, vendor: null, emails: null, nameContains: null },
      ['Jane Doe', 'Billing bot', 'Joe', 'Anna', 'Zoe'],
    ],
    ['human agents', { kind: 'HUMAN' }, ['Jane Doe', 'Joe', 'Anna', 'Zoe']],
    ['virtual agents', { kind: 'VIRTUAL' }, ['Billing bot']],
    ['an account', { account: 'kore' }, ['Jane Doe', 'Anna', 'Zoe']],
    ['a vendor', { vendor: 'AVAAMO' }, ['Billing bot']],
    ['addresses in any case', { emails: ['JANE@X.DE', 'zoe@x.de', 'unknown@x.de'] }, ['Jane Doe', 'Zoe']],
    ['a team', { teams: ['sales'] }, ['Jane Doe']],
    ['one of several teams', { teams: ['support', 'sales'] }, ['Jane Doe', 'Billing bot']],
    ['no team', { teams: [] }, []],
    ['no address', { emails: [] }, []],
    [
      'references in any spelling of the vendor’s',
      { refs: ['U-2', 'JANE@x.de', 'u-9'].map((ref) => ({ account: 'kore', ref })) },
      ['Jane Doe', 'Anna'],
    ],
    [
      'references to people and bots',
      {
        refs: [
          { account: 'kore', ref: 'u-1' },
          { account: 'bots', ref: '2041' },
        ],
      },
      ['Billing bot', 'Zoe'],
    ],
    ['no reference', { refs: [] }, []],
    ['a part of the name with other accents', { nameContains: 'ZÖE' }, ['Zoe']],
    ['a part of the name in any case', { nameContains: 'jO' }, ['Joe']],
    ['an empty part of the name', { nameContains: '' }, ['Jane Doe', 'Billing bot', 'Joe', 'Anna', 'Zoe']],
    ['all of several conditions', { kind: 'HUMAN', account: 'kore', nameContains: 'n' }, ['Jane Doe', 'Anna']],
  ])('agents returns those that match %s', async (_name, filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  test.each<[string, Partial<AgentsArgs>, string]>([
    ['more than 1000', { first: 1001 }, 'first'],
    ['a negative number', { first: -1 }, 'first'],
    ['an unknown account', { filter: { account: 'none' } }, 'filter.account'],
    ['a reference in an unknown account', { filter: { refs: [{ account: 'none', ref: '1' }] } }, 'filter.refs'],
    ['an unknown team', { filter: { teams: ['sales', 'none'] } }, 'filter.teams'],
    ['a team without an agent', { filter: { teams: ['empty'] } }, 'filter.teams'],
    ['more than 100 teams', { filter: { teams: Array.from({ length: 101 }, () => 'sales') } }, 'filter.teams'],
    [
      'more than 1000 references',
      { filter: { refs: Array.from({ length: 1001 }, (_, i) => ({ account: 'kore', ref: `${i}` })) } },
      'filter.refs',
    ],
    [
      'more than 100 addresses',
      { filter: { emails: Array.from({ length: 101 }, (_, i) => `${i}@x.de`) } },
      'filter.emails',
    ],
  ])('agents rejects %s before any vendor call', async (_name, args, argument) => {
    const { context, calls } = open(STAFF, DISCOVERED);
    const error = await rejectionOf(page(args, context));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ argument });
    expect(calls()).toBe(0);
  });

  test('agents accepts the limits themselves', async () => {
    expect((await page({ first: 1000 })).nodes).toHaveLength(5);
    const refs = Array.from({ length: 1000 }, (_, i) => ({ account: 'kore', ref: `u-${i}` }));
    expect((await page({ filter: { refs } })).nodes).toHaveLength(2);
    expect((await page({ first: 0 })).nodes).toHaveLength(0);
  });
});

describe('the pages of agents', () => {
  // Names with the separators and escapes of cursors.
  const name = fc.option(fc.constantFrom('Anna', 'anna', 'Ben', 'two\nlines', '', 'Zoë', '\ud800', '["x"]'));
  const listed = fc
    .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 0 })
    .map((keys) => keys.map((key) => directoryEntry(key, { name: key === 'a' ? 'Zoe' : 'Anna' })));
  const named = fc.uniqueArray(
    fc
      .record({ ref: fc.constantFrom('1', '2', '3', '4', '5', '6', '7'), name })
      .map((one) => discoveredAgent(one.ref, one)),
    { selector: ({ ref }) => ref },
  );

  async function walk(context: QueryContext, first: number): Promise<readonly Agent[]> {
    const all: Agent[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { nodes, cursors, hasNextPage } = await agents(context, { first, after });
      all.push(...nodes);
      after = cursors().at(-1) ?? null;
      more = hasNextPage;
    }
    return all;
  }

  test('return every agent once, for any page size', async () => {
    await fc.assert(
      fc.asyncProperty(listed, named, fc.integer({ min: 1, max: 5 }), async (entries, vendors, first) => {
        const { context } = open(entries, vendors);
        expect(await walk(context, first)).toEqual((await agents(context, { first: 200 })).nodes);
      }),
    );
  });

  test('neither omit nor repeat an agent that stays while others are added or removed between two pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        listed,
        named,
        fc.subarray(['a', 'b', 'c', 'd', 'e']),
        fc.subarray(['1', '2', '3', '4', '5', '6', '7']),
        fc.nat(),
        async (entries, vendors, goneKeys, goneRefs, dice) => {
          const before = await agents(open(entries, vendors).context, { first: 200 });
          if (before.nodes.length === 0) return;
          const index = dice % before.nodes.length;
          const later = open(
            entries.filter(({ id }) => !goneKeys.includes(id)),
            vendors.filter(({ ref }) => !goneRefs.includes(ref)),
          );
          const { nodes } = await agents(later.context, { first: 200, after: before.cursors()[index] ?? '' });
          const left = new Set((await agents(later.context, { first: 200 })).nodes.map(({ id }) => id));
          const at = before.nodes[index];
          const removedBefore = before.nodes.slice(0, index).some(({ id }) => !left.has(id));
          const expected = before.nodes.slice(index + 1).filter(({ id }) => left.has(id));
          // A removed configured agent is found by its rank, which earlier removals have shifted.
          if (at?.key != null && !left.has(at.id) && removedBefore) return;
          expect(nodes.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        },
      ),
    );
  });

  test('stay consistent with a filter', async () => {
    const { context } = open(STAFF, DISCOVERED);
    const filter = { kind: 'HUMAN' } as const;
    const { cursors } = await agents(context, { first: 2, filter });
    expect(
      (await agents(context, { first: 9, after: cursors()[1] ?? '', filter })).nodes.map(({ name: one }) => one),
    ).toEqual(['Anna', 'Zoe']);
  });

  test.each([
    ['an empty text', ''],
    ['a word', 'next'],
    ['a cursor of a list of periods', encodeCursor(['a', '0'])],
    ['a cursor of another kind', encodeCursor(['lost', '0', 'jane'])],
    ['a cursor without a rank', encodeCursor(['listed', 'x', 'jane'])],
    ['a cursor with a negative rank', encodeCursor(['listed', '-1', 'jane'])],
    ['a cursor with a name that is not a text', encodeCursor(['found', '{}', 'x'])],
    ['a cursor with a name that is not JSON', encodeCursor(['found', 'Jane', 'x'])],
  ])('agents rejects a cursor that is invalid: %s', async (_name, after) => {
    const error = await rejectionOf(page({ after }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ argument: 'after' });
  });
});

describe('looking up one agent', () => {
  test('finds an agent by id, address and reference', async () => {
    const { context } = open(STAFF, DISCOVERED);
    expect((await agentById(context, agentId('jane')))?.key).toBe('jane');
    expect((await agentById(context, agentIdByEmail('zoe@x.de')))?.name).toBe('Zoe');
    expect((await agentById(context, agentIdByAccount('kore', 'u-2')))?.name).toBe('Anna');
    expect((await agentByEmail(context, 'ZOE@x.de'))?.name).toBe('Zoe');
    expect((await agentByAccount(context, 'kore', 'U-1'))?.name).toBe('Zoe');
    expect((await agentByAccount(context, 'bots', '2041'))?.key).toBe('bot');
  });

  test('runs discovery once per query, and not at all where the configuration decides', async () => {
    const { context, calls } = open(STAFF, DISCOVERED);
    await agentById(context, agentId('bot'));
    expect(calls()).toBe(0);
    await Promise.all([
      agentByEmail(context, 'zoe@x.de'),
      agents(context, { first: 1 }),
      agentById(context, agentId('none')),
    ]);
    await agentByAccount(context, 'kore', 'u-2');
    expect(calls()).toBe(1);
  });

  test.each([
    ['an empty text', ''],
    ['a word', 'jane'],
    ['an unknown key', agentId('unknown')],
    ['an unknown address', agentIdByEmail('unknown@x.de')],
    ['an unknown reference', agentIdByAccount('kore', 'u-9')],
    ['an unknown account', agentIdByAccount('none', 'u-1')],
    ['another spelling of a good id', `${agentId('jane')}=`],
  ])('finds no agent by an id that does not resolve: %s', async (_name, id) => {
    expect(await agentById(open(STAFF, DISCOVERED).context, id)).toBeNull();
  });

  test('runs no discovery for an unknown account', async () => {
    const { context, calls } = open(STAFF, DISCOVERED);
    expect(await agentById(context, agentIdByAccount('none', 'u-1'))).toBeNull();
    expect(await agentByAccount(context, 'none', 'u-1')).toBeNull();
    expect(calls()).toBe(0);
  });

  test('treats an account that the caller may not use as unknown, and does not call it', async () => {
    let calls = 0;
    const discover = () => Promise.resolve(freshResult('kore', DISCOVERED)).finally(() => (calls += 1));
    const services = createFakeServices(STAFF, [
      { name: 'kore', vendor: 'KORE', sources: { discover } },
      { name: 'bots', vendor: 'AVAAMO', sources: {} },
    ]);
    const context = services.createContext((name) => name === 'bots');
    expect(await agentByAccount(context, 'kore', 'u-1')).toBeNull();
    expect(await agentById(context, agentIdByAccount('kore', 'u-1'))).toBeNull();
    expect(await agentById(context, agentIdByEmail('zoe@x.de'))).toBeNull();
    expect(await agentByEmail(context, 'jane@x.de')).toBeNull();
    expect((await agents(context, { first: 9 })).nodes.map(({ key }) => key)).toEqual(['bot', 'joe']);
    expect(calls).toBe(0);
  });

  test('throws an internal error for data of an unknown agent', async () => {
    const { context } = open(STAFF, DISCOVERED);
    const error = await rejectionOf((async () => owningAgent(context, { account: 'kore', ref: 'u-9' }))());
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(InvalidInputError);
  });
});
