import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import { createFakeServices, freshResult, NOW, vendorError } from '../../test/support/gather-harness.ts';
import type { DirectoryEntry } from '../config/settings.ts';
import type { DiscoveredAgent } from '../domain/agent.ts';
import { agentId, agentIdByAccount, agentIdByEmail } from '../domain/global-id.ts';
import type { AgentFilter } from './agent-filter.ts';
import { agentByAccount, agentByEmail, agentById, agentByKey, agents } from './agents.ts';
import type { QueryContext } from './query-context.ts';

type Answer = readonly DiscoveredAgent[] | 'fails';

const BOT = directoryEntry('bot', { kind: 'virtual', name: 'Billing bot', accounts: { bots: '2041' } });
const JANE = directoryEntry('jane', { name: 'Jane', email: 'jane@x.de', accounts: { kore: 'jane@x.de', vcc: '01' } });
const ZOE = discoveredAgent('u-1', { name: 'Zoe', email: 'zoe@x.de' });

/** Two accounts that discover, whose answers the test sets, and two that do not. */
function open(entries: readonly DirectoryEntry[], answers: { kore: Answer; lp: Answer }) {
  const calls: string[] = [];
  const discoverIn = (name: 'kore' | 'lp') => ({
    discover: () => {
      calls.push(name);
      const answer = answers[name];
      return answer === 'fails'
        ? Promise.reject(vendorError(name, 'VENDOR_UNAVAILABLE', { reason: 'connect' }))
        : Promise.resolve(freshResult(name, answer));
    },
  });
  const services = createFakeServices(entries, [
    { name: 'kore', vendor: 'KORE', sources: discoverIn('kore') },
    { name: 'lp', vendor: 'LIVEPERSON', sources: discoverIn('lp') },
    { name: 'vcc', vendor: 'VONAGE', sources: {} },
    { name: 'bots', vendor: 'AVAAMO', sources: {} },
  ]);
  return { ...services, calls, answers, context: services.createContext() };
}

async function sourcesOf(context: QueryContext, filter: AgentFilter = {}) {
  const { sources } = await agents(context, { first: 50, filter });
  return sources.map(({ account, outcome }) => `${account} ${outcome}`);
}

describe('the sources of agents', () => {
  test('are the reports of every account that discovers, with the error of one that fails', async () => {
    const { context } = open([BOT], { kore: [ZOE], lp: 'fails' });
    const { nodes, sources } = await agents(context, { first: 50 });
    expect(nodes.map(({ name }) => name)).toEqual(['Billing bot', 'Zoe']);
    expect(sources).toMatchObject([
      { account: 'kore', outcome: 'OK', fetchedAt: NOW, servedFrom: 'VENDOR', error: null },
      { account: 'lp', outcome: 'FAILED', fetchedAt: null, error: { code: 'VENDOR_UNAVAILABLE', reason: 'connect' } },
    ]);
  });

  test.each<[AgentFilter, readonly string[]]>([
    [{ kind: 'HUMAN' }, ['kore OK', 'lp OK']],
    [{ emails: ['zoe@x.de'] }, ['kore OK', 'lp OK']],
    [{ vendor: 'KORE' }, ['kore OK']],
    [{ account: 'lp' }, ['lp OK']],
    [
      {
        refs: [
          { account: 'kore', ref: 'u-1' },
          { account: 'bots', ref: '2041' },
        ],
      },
      ['kore OK'],
    ],
    [{ vendor: 'VONAGE' }, []],
    [{ kind: 'VIRTUAL' }, []],
  ])('are those that the filter admits: %j', async (filter, expected) => {
    const { context } = open([BOT, JANE], { kore: [ZOE], lp: [] });
    expect(await sourcesOf(context, filter)).toEqual(expected);
  });

  test('leave out accounts that the caller may not use', async () => {
    const { createContext, calls } = open([BOT], { kore: [ZOE], lp: 'fails' });
    expect(await sourcesOf(createContext((name) => name !== 'lp'))).toEqual(['kore OK']);
    expect(calls).toEqual(['kore']);
  });
});

describe('agents without a discovery', () => {
  test.each<[string, AgentFilter]>([
    ['bots', { kind: 'VIRTUAL' }],
    ['a vendor of bots', { vendor: 'AVAAMO' }],
    ['an account of bots', { account: 'bots' }],
    ['a reference to a bot', { refs: [{ account: 'bots', ref: '2041' }] }],
  ])('returns %s at once, while the vendors of people are down', async (_name, filter) => {
    const { context, calls } = open([BOT, JANE], { kore: 'fails', lp: 'fails' });
    const { nodes, sources } = await agents(context, { first: 50, filter });
    expect(nodes.map(({ key }) => key)).toEqual(['bot']);
    expect([calls, sources]).toEqual([[], []]);
  });

  test('is not possible for agents to whom a discovery may add a name or an account', async () => {
    const { context, calls } = open([JANE], { kore: [], lp: [discoveredAgent('9', { email: 'jane@x.de' })] });
    const { nodes } = await agents(context, { first: 50, filter: { vendor: 'VONAGE' } });
    expect(nodes[0]?.accounts.map(({ account }) => account)).toEqual(['kore', 'lp', 'vcc']);
    expect(calls).toEqual(['kore', 'lp']);
  });

  test('pages through them with the cursors of the whole list', async () => {
    const bots = ['a', 'b', 'c'].map((id) => directoryEntry(id, { kind: 'virtual', name: id, accounts: { bots: id } }));
    const { context } = open([JANE, ...bots], { kore: [ZOE], lp: [] });
    const filter = { kind: 'VIRTUAL' } as const;
    const { cursors } = await agents(context, { first: 1, filter });
    const next = await agents(context, { first: 5, after: cursors()[0] ?? '', filter });
    expect(next.nodes.map(({ key }) => key)).toEqual(['b', 'c']);
    const all = await agents(context, { first: 5, after: cursors()[0] ?? '' });
    expect(all.nodes.map(({ name }) => name)).toEqual(['b', 'c', 'Zoe']);
  });
});

describe('a look-up that depends on a failed discovery', () => {
  test.each<[string, string, (context: QueryContext) => unknown]>([
    ['by address', 'lp', (context) => agentByEmail(context, 'unknown@x.de')],
    ['by the id of an address', 'lp', (context) => agentById(context, agentIdByEmail('unknown@x.de'))],
    ['by reference', 'lp', (context) => agentByAccount(context, 'lp', '9')],
    ['by the id of a reference', 'lp', (context) => agentById(context, agentIdByAccount('lp', '9'))],
  ])('rejects with the vendor’s error where nothing is known: %s', async (_name, account, lookUp) => {
    const { context } = open([JANE, BOT], { kore: [ZOE], lp: 'fails' });
    const error = await rejectionOf(Promise.resolve(lookUp(context)));
    expect(error).toMatchObject({ code: 'VENDOR_UNAVAILABLE', account, vendor: 'KORE', reason: 'connect' });
    // Once the discoveries have settled, within the same query.
    const again = await rejectionOf(Promise.resolve().then(() => lookUp(context)));
    expect(again).toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  test('finds what another account or the configuration knows', async () => {
    const { context } = open([JANE, BOT], { kore: [ZOE], lp: 'fails' });
    expect((await agentByEmail(context, 'zoe@x.de'))?.name).toBe('Zoe');
    expect((await agentByEmail(context, 'jane@x.de'))?.key).toBe('jane');
    expect((await agentById(context, agentId('jane')))?.key).toBe('jane');
    // The account's own discovery decides on its references.
    expect(await agentByAccount(context, 'kore', 'u-9')).toBeNull();
  });

  test('returns null where an earlier result of the discovery is kept', async () => {
    const { clock, createContext, answers } = open([JANE], { kore: [ZOE], lp: [] });
    await agents(createContext(), { first: 1 });
    answers.kore = 'fails';
    answers.lp = 'fails';
    clock.advance(1000);
    const context = createContext();
    expect(await sourcesOf(context)).toEqual(['kore STALE', 'lp STALE']);
    expect((await agentByEmail(context, 'zoe@x.de'))?.name).toBe('Zoe');
    expect(await agentByEmail(context, 'unknown@x.de')).toBeNull();
    expect(await agentByAccount(context, 'lp', '9')).toBeNull();
  });

  test('never depends on an account that the caller may not use', async () => {
    const { createContext, calls } = open([JANE], { kore: [ZOE], lp: 'fails' });
    const context = createContext((name) => name !== 'lp');
    expect(await agentByEmail(context, 'unknown@x.de')).toBeNull();
    expect(await agentByAccount(context, 'lp', '9')).toBeNull();
    expect(calls).toEqual(['kore']);
  });
});

describe('a look-up that the configuration decides', () => {
  test('finds a bot by its key without a discovery, and no agent by an unknown key or reference', async () => {
    const { context, calls } = open([BOT, JANE], { kore: 'fails', lp: 'fails' });
    expect((await agentByKey(context, 'bot'))?.name).toBe('Billing bot');
    expect(await agentByKey(context, 'unknown')).toBeNull();
    expect(await agentByKey(context, '')).toBeNull();
    expect(await agentById(context, agentId('unknown'))).toBeNull();
    expect(await agentByAccount(context, 'vcc', '99')).toBeNull();
    expect(await agentById(context, agentIdByAccount('vcc', '99'))).toBeNull();
    expect(calls).toEqual([]);
  });

  test('finds a person by key, with what a discovery adds', async () => {
    const { context } = open([JANE], { kore: [], lp: [discoveredAgent('9', { email: 'jane@x.de' })] });
    expect((await agentByKey(context, 'jane'))?.accounts.map(({ account }) => account)).toEqual(['kore', 'lp', 'vcc']);
  });

  test('hides an agent that only hidden accounts refer to', async () => {
    const { createContext } = open([BOT], { kore: [], lp: [] });
    expect(
      await agentByKey(
        createContext((name) => name !== 'bots'),
        'bot',
      ),
    ).toBeNull();
  });
});
