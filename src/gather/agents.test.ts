import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DirectoryEntry } from '../config/settings.ts';
import type { Agent, DiscoveredAgent } from '../domain/agent.ts';
import { agentId, agentIdByEmail, agentIdByAccount } from '../domain/global-id.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import {
  type AgentFilter,
  type AgentsArgs,
  agentByEmail,
  agentById,
  agentByAccount,
  owningAgent,
  agents,
} from './agents.ts';
import type { QueryContext } from './query-context.ts';
import { encodeCursor } from './page.ts';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { createFakeServices, freshResult } from '../../test/support/gather-harness.ts';

/** A gateway with a Kore account that names these agents, and a silent Avaamo account. */
function open(
  entries: readonly DirectoryEntry[],
  discovered: readonly DiscoveredAgent[],
): { context: QueryContext; calls: () => number } {
  let calls = 0;
  const discover = () => {
    calls += 1;
    return Promise.resolve(freshResult('kore', discovered));
  };
  const services = createFakeServices(entries, [
    { name: 'kore', vendor: 'KORE', sources: { discover } },
    { name: 'bots', vendor: 'AVAAMO', sources: {} },
  ]);
  return { context: services.createContext(), calls: () => calls };
}

const STAFF = [
  directoryEntry('jane', { name: 'Jane Doe', email: 'Jane@x.de', accounts: { kore: 'jane@x.de' } }),
  directoryEntry('bot', { kind: 'virtual', name: 'Billing bot', accounts: { bots: '2041' } }),
  directoryEntry('joe', { name: 'Joe', email: 'joe@x.de' }),
];
const DISCOVERED = [
  discoveredAgent('u-1', { name: 'Zoe', email: 'zoe@x.de' }),
  discoveredAgent('u-2', { name: 'Anna' }),
];

const page = (args: Partial<AgentsArgs> = {}, context = open(STAFF, DISCOVERED).context) =>
  agents(context, { first: 50, ...args });
const names = async (filter: AgentFilter) => (await page({ filter })).nodes.map(({ name }) => name);

describe('the filter', () => {
  test.each<[string, AgentFilter, readonly string[]]>([
    ['none', {}, ['Jane Doe', 'Billing bot', 'Joe', 'Anna', 'Zoe']],
    [
      'nulls',
      { kind: null, account: null, vendor: null, emails: null, nameContains: null },
      ['Jane Doe', 'Billing bot', 'Joe', 'Anna', 'Zoe'],
    ],
    ['people', { kind: 'HUMAN' }, ['Jane Doe', 'Joe', 'Anna', 'Zoe']],
    ['bots', { kind: 'VIRTUAL' }, ['Billing bot']],
    ['an account', { account: 'kore' }, ['Jane Doe', 'Anna', 'Zoe']],
    ['an account that is none', { account: 'none' }, []],
    ['a vendor', { vendor: 'AVAAMO' }, ['Billing bot']],
    ['addresses, whatever their case', { emails: ['JANE@X.DE', 'zoe@x.de', 'nobody@x.de'] }, ['Jane Doe', 'Zoe']],
    ['no address', { emails: [] }, []],
    ['a part of the name, whatever its case', { nameContains: 'jO' }, ['Joe']],
    ['an empty part of the name', { nameContains: '' }, ['Jane Doe', 'Billing bot', 'Joe', 'Anna', 'Zoe']],
    ['several conditions: all must hold', { kind: 'HUMAN', account: 'kore', nameContains: 'n' }, ['Jane Doe', 'Anna']],
  ])('%s', async (_name, filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  test.each<[string, Partial<AgentsArgs>, string]>([
    ['more than 200', { first: 201 }, 'first'],
    ['fewer than none', { first: -1 }, 'first'],
    [
      'more than 100 addresses',
      { filter: { emails: Array.from({ length: 101 }, (_, i) => `${i}@x.de`) } },
      'filter.emails',
    ],
  ])('%s is refused before anybody is asked', async (_name, args, argument) => {
    const { context, calls } = open(STAFF, DISCOVERED);
    const error = await rejectionOf(page(args, context));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ argument });
    expect(calls()).toBe(0);
  });

  test('the limits themselves are allowed', async () => {
    expect((await page({ first: 200 })).nodes).toHaveLength(5);
    expect((await page({ first: 0 })).nodes).toHaveLength(0);
  });
});

describe('pages and cursors', () => {
  // Names that a careless cursor would stumble over.
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
      after = cursors.at(-1) ?? null;
      more = hasNextPage;
    }
    return all;
  }

  test('of any size, one after another, give everybody once', async () => {
    await fc.assert(
      fc.asyncProperty(listed, named, fc.integer({ min: 1, max: 5 }), async (entries, vendors, first) => {
        const { context } = open(entries, vendors);
        expect(await walk(context, first)).toEqual((await agents(context, { first: 200 })).nodes);
      }),
    );
  });

  test('whoever comes or goes between two pages: those who stay are neither left out nor shown twice', async () => {
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
          const { nodes } = await agents(later.context, { first: 200, after: before.cursors[index] ?? '' });
          const left = new Set((await agents(later.context, { first: 200 })).nodes.map(({ id }) => id));
          const at = before.nodes[index];
          const removedBefore = before.nodes.slice(0, index).some(({ id }) => !left.has(id));
          const expected = before.nodes.slice(index + 1).filter(({ id }) => left.has(id));
          // One of the directory that has gone itself is found by its rank, which those who went before it have shifted.
          if (at?.key != null && !left.has(at.id) && removedBefore) return;
          expect(nodes.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        },
      ),
    );
  });

  test('hold with a filter, too', async () => {
    const { context } = open(STAFF, DISCOVERED);
    const filter = { kind: 'HUMAN' } as const;
    const { cursors } = await agents(context, { first: 2, filter });
    expect(
      (await agents(context, { first: 9, after: cursors[1] ?? '', filter })).nodes.map(({ name: one }) => one),
    ).toEqual(['Anna', 'Zoe']);
  });

  test.each([
    ['nothing', ''],
    ['a word', 'next'],
    ['of a list of periods', encodeCursor(['a', '0'])],
    ['of another kind', encodeCursor(['lost', '0', 'jane'])],
    ['without a rank', encodeCursor(['listed', 'x', 'jane'])],
    ['with a rank below nothing', encodeCursor(['listed', '-1', 'jane'])],
    ['with a name that is no text', encodeCursor(['found', '{}', 'x'])],
    ['with a name that is not even JSON', encodeCursor(['found', 'Jane', 'x'])],
  ])('a foreign cursor is refused: %s', async (_name, after) => {
    const error = await rejectionOf(page({ after }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ argument: 'after' });
  });
});

describe('one agent', () => {
  test('is found by id, address and reference', async () => {
    const { context } = open(STAFF, DISCOVERED);
    expect((await agentById(context, agentId('jane')))?.key).toBe('jane');
    expect((await agentById(context, agentIdByEmail('zoe@x.de')))?.name).toBe('Zoe');
    expect((await agentById(context, agentIdByAccount('kore', 'u-2')))?.name).toBe('Anna');
    expect((await agentByEmail(context, 'ZOE@x.de'))?.name).toBe('Zoe');
    expect((await agentByAccount(context, 'kore', 'U-1'))?.name).toBe('Zoe');
    expect((await agentByAccount(context, 'bots', '2041'))?.key).toBe('bot');
  });

  test('the vendors are asked once for a whole query, and not at all when the configuration settles it', async () => {
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
    ['nothing', ''],
    ['a word', 'jane'],
    ['somebody who is not there', agentId('nobody')],
    ['an address that is not there', agentIdByEmail('nobody@x.de')],
    ['a reference that is not there', agentIdByAccount('kore', 'u-9')],
    ['an account that is not there', agentIdByAccount('none', 'u-1')],
    ['another spelling of a good id', `${agentId('jane')}=`],
  ])('nobody is found by an id that is none: %s', async (_name, id) => {
    expect(await agentById(open(STAFF, DISCOVERED).context, id)).toBeNull();
  });

  test('for an account that is not there no vendor is asked', async () => {
    const { context, calls } = open(STAFF, DISCOVERED);
    expect(await agentById(context, agentIdByAccount('none', 'u-1'))).toBeNull();
    expect(await agentByAccount(context, 'none', 'u-1')).toBeNull();
    expect(calls()).toBe(0);
  });

  test('an account that the caller may not use is as if it were not there, and is not asked', async () => {
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

  test('data of an agent whom nobody knows is our mistake', async () => {
    const { context } = open(STAFF, DISCOVERED);
    const error = await rejectionOf((async () => owningAgent(context, { account: 'kore', ref: 'u-9' }))());
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(InvalidInputError);
  });
});
