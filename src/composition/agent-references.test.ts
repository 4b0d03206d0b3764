import { expect, test } from '@jest/globals';
import { mergeAgents } from '../directory/merge-agents.ts';
import { agentId } from '../domain/global-id.ts';
import { kore } from '../vendors/kore/index.ts';
import { vonage } from '../vendors/vonage/index.ts';
import { findAgentEntries, findNamedAgent } from './agent-references.ts';
import type { ConnectedAccount } from './connected-account.ts';

const accounts = [
  { name: 'kore-main', vendor: 'KORE' as const, references: kore.references },
  { name: 'vcc', vendor: 'VONAGE' as const, references: vonage.references },
];
const entries = [
  {
    id: 'jane',
    kind: 'human' as const,
    email: 'jane@example.com',
    accounts: { 'kore-main': 'Jane@Example.com', vcc: '01' },
  },
];
const view = mergeAgents(entries, accounts, []);
const directory = { cached: () => Promise.resolve(null), configured: () => view };
const reader = {
  canAccess: () => true,
  signal: new AbortController().signal,
  record: () => undefined,
  restrictCache: () => undefined,
};
const discovered = [{ ref: 'jane@example.com', aliases: ['u-7'], name: null, email: null }];

async function entriesOf(
  name: string,
  account: 'kore-main' | 'vcc',
  known: typeof discovered | null = discovered,
  last: typeof discovered | null = null,
) {
  const vendor = account === 'vcc' ? vonage : kore;
  const discovery = { lastAgents: () => last };
  const adapter = { ...(account === 'kore-main' && { cachedAgents: () => Promise.resolve(known) }) };
  const named = await findNamedAgent(name, directory, reader);
  return findAgentEntries(named, {
    config: { name: account },
    vendor,
    adapter,
    discovery,
  } as unknown as ConnectedAccount);
}

async function references(...args: Parameters<typeof entriesOf>) {
  return (await entriesOf(...args)).references;
}

test.each([['jane'], [agentId('jane')], ['JANE@example.com']])('finds an agent by %s', async (name) => {
  expect(await references(name, 'vcc')).toContain('01');
  expect(await references(name, 'kore-main')).toEqual(expect.arrayContaining(['jane@example.com', 'u-7']));
});

test('takes a name that no agent has for a reference, with what discovery knows of it', async () => {
  expect(await references('u-7', 'kore-main')).toEqual(['jane@example.com', 'u-7']);
  expect(await references('02', 'vcc')).toEqual(['02']);
  expect(await references('with a blank', 'kore-main')).toEqual([]);
});

test.each<[string, 'kore-main' | 'vcc', boolean]>([
  ['jane', 'vcc', true],
  ['01', 'vcc', true],
  ['02', 'vcc', false],
  ['u-7', 'kore-main', true],
  ['JANE@example.com', 'kore-main', true],
  ['joe@example.com', 'kore-main', false],
  ['with a blank', 'kore-main', false],
])('says whether an agent is known at an account: %s at %s: %s', async (name, account, isKnown) => {
  expect((await entriesOf(name, account)).isKnown).toBe(isKnown);
});

test('cannot say that an agent is unknown to an account whose agents have not been discovered', async () => {
  expect((await entriesOf('joe@example.com', 'kore-main', null)).isKnown).toBeNull();
  expect((await entriesOf('jane', 'kore-main', null)).isKnown).toBe(true);
});

test('knows the agents of the last discovery where it is cached no more', async () => {
  expect(await entriesOf('u-7', 'kore-main', null, discovered)).toMatchObject({
    references: ['jane@example.com', 'u-7'],
    isKnown: true,
  });
  expect((await entriesOf('joe@example.com', 'kore-main', null, discovered)).isKnown).toBe(false);
});
