import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DirectoryEntry } from '../../src/config/settings.ts';
import type { Agent, DiscoveredAgent } from '../../src/domain/agent.ts';
import { agentId, agentIdByEmail, agentIdBySeat } from '../../src/domain/global-id.ts';
import { InvalidInput } from '../../src/domain/invalid-input.ts';
import {
  type AgentFilter,
  type AgentsArgs,
  agentByEmail,
  agentById,
  agentBySeat,
  agentOf,
  agents,
} from '../../src/gather/agents.ts';
import type { Desk } from '../../src/gather/desk.ts';
import { encodeCursor } from '../../src/gather/page.ts';
import { entry, found } from '../directory/support.ts';
import { rejection } from '../support/caught.ts';
import { fakeHouse, fresh } from './support.ts';

/** A gateway with a Kore account that names these agents, and a silent Avaamo account. */
function open(
  entries: readonly DirectoryEntry[],
  named: readonly DiscoveredAgent[],
): { desk: Desk; calls: () => number } {
  let calls = 0;
  const discover = () => {
    calls += 1;
    return Promise.resolve(fresh('kore', named));
  };
  const house = fakeHouse(entries, [
    { name: 'kore', vendor: 'KORE', sources: { discover } },
    { name: 'bots', vendor: 'AVAAMO', sources: {} },
  ]);
  return { desk: house.desk(), calls: () => calls };
}

const STAFF = [
  entry('jane', { name: 'Jane Doe', email: 'Jane@x.de', accounts: { kore: 'jane@x.de' } }),
  entry('bot', { kind: 'virtual', name: 'Billing bot', accounts: { bots: '2041' } }),
  entry('joe', { name: 'Joe', email: 'joe@x.de' }),
];
const FOUND = [found('u-1', { name: 'Zoe', email: 'zoe@x.de' }), found('u-2', { name: 'Anna' })];

const page = (args: Partial<AgentsArgs> = {}, desk = open(STAFF, FOUND).desk) => agents(desk, { first: 50, ...args });
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
    const { desk, calls } = open(STAFF, FOUND);
    const error = await rejection(page(args, desk));
    expect(error).toBeInstanceOf(InvalidInput);
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
    .map((keys) => keys.map((key) => entry(key, { name: key === 'a' ? 'Zoe' : 'Anna' })));
  const named = fc.uniqueArray(
    fc.record({ ref: fc.constantFrom('1', '2', '3', '4', '5', '6', '7'), name }).map((one) => found(one.ref, one)),
    { selector: ({ ref }) => ref },
  );

  async function walk(desk: Desk, first: number): Promise<readonly Agent[]> {
    const all: Agent[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { nodes, cursors, hasNextPage } = await agents(desk, { first, after });
      all.push(...nodes);
      after = cursors.at(-1) ?? null;
      more = hasNextPage;
    }
    return all;
  }

  test('of any size, one after another, give everybody once', async () => {
    await fc.assert(
      fc.asyncProperty(listed, named, fc.integer({ min: 1, max: 5 }), async (entries, vendors, first) => {
        const { desk } = open(entries, vendors);
        expect(await walk(desk, first)).toEqual((await agents(desk, { first: 200 })).nodes);
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
          const before = await agents(open(entries, vendors).desk, { first: 200 });
          if (before.nodes.length === 0) return;
          const index = dice % before.nodes.length;
          const later = open(
            entries.filter(({ id }) => !goneKeys.includes(id)),
            vendors.filter(({ ref }) => !goneRefs.includes(ref)),
          );
          const { nodes } = await agents(later.desk, { first: 200, after: before.cursors[index] ?? '' });
          const left = new Set((await agents(later.desk, { first: 200 })).nodes.map(({ id }) => id));
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
    const { desk } = open(STAFF, FOUND);
    const filter = { kind: 'HUMAN' } as const;
    const { cursors } = await agents(desk, { first: 2, filter });
    expect(
      (await agents(desk, { first: 9, after: cursors[1] ?? '', filter })).nodes.map(({ name: one }) => one),
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
    const error = await rejection(page({ after }));
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error).toMatchObject({ argument: 'after' });
  });
});

describe('one agent', () => {
  test('is found by id, address and reference', async () => {
    const { desk } = open(STAFF, FOUND);
    expect((await agentById(desk, agentId('jane')))?.key).toBe('jane');
    expect((await agentById(desk, agentIdByEmail('zoe@x.de')))?.name).toBe('Zoe');
    expect((await agentById(desk, agentIdBySeat('kore', 'u-2')))?.name).toBe('Anna');
    expect((await agentByEmail(desk, 'ZOE@x.de'))?.name).toBe('Zoe');
    expect((await agentBySeat(desk, 'kore', 'U-1'))?.name).toBe('Zoe');
    expect((await agentBySeat(desk, 'bots', '2041'))?.key).toBe('bot');
  });

  test('the vendors are asked once for a whole query, and not at all when the configuration settles it', async () => {
    const { desk, calls } = open(STAFF, FOUND);
    await agentById(desk, agentId('bot'));
    expect(calls()).toBe(0);
    await Promise.all([agentByEmail(desk, 'zoe@x.de'), agents(desk, { first: 1 }), agentById(desk, agentId('none'))]);
    await agentBySeat(desk, 'kore', 'u-2');
    expect(calls()).toBe(1);
  });

  test.each([
    ['nothing', ''],
    ['a word', 'jane'],
    ['somebody who is not there', agentId('nobody')],
    ['an address that is not there', agentIdByEmail('nobody@x.de')],
    ['a reference that is not there', agentIdBySeat('kore', 'u-9')],
    ['an account that is not there', agentIdBySeat('none', 'u-1')],
    ['another spelling of a good id', `${agentId('jane')}=`],
  ])('nobody is found by an id that is none: %s', async (_name, id) => {
    expect(await agentById(open(STAFF, FOUND).desk, id)).toBeNull();
  });

  test('for an account that is not there no vendor is asked', async () => {
    const { desk, calls } = open(STAFF, FOUND);
    expect(await agentById(desk, agentIdBySeat('none', 'u-1'))).toBeNull();
    expect(await agentBySeat(desk, 'none', 'u-1')).toBeNull();
    expect(calls()).toBe(0);
  });

  test('an account that the caller may not use is as if it were not there, and is not asked', async () => {
    let calls = 0;
    const discover = () => Promise.resolve(fresh('kore', FOUND)).finally(() => (calls += 1));
    const house = fakeHouse(STAFF, [
      { name: 'kore', vendor: 'KORE', sources: { discover } },
      { name: 'bots', vendor: 'AVAAMO', sources: {} },
    ]);
    const desk = house.desk((name) => name === 'bots');
    expect(await agentBySeat(desk, 'kore', 'u-1')).toBeNull();
    expect(await agentById(desk, agentIdBySeat('kore', 'u-1'))).toBeNull();
    expect(await agentById(desk, agentIdByEmail('zoe@x.de'))).toBeNull();
    expect(await agentByEmail(desk, 'jane@x.de')).toBeNull();
    expect((await agents(desk, { first: 9 })).nodes.map(({ key }) => key)).toEqual(['bot', 'joe']);
    expect(calls).toBe(0);
  });

  test('data of an agent whom nobody knows is our mistake', async () => {
    const { desk } = open(STAFF, FOUND);
    const error = await rejection((async () => agentOf(desk, { account: 'kore', ref: 'u-9' }))());
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(InvalidInput);
  });
});
