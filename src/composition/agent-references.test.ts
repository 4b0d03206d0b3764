import { expect, test } from '@jest/globals';
import { mergeAgents } from '../directory/merge-agents.ts';
import { agentId } from '../domain/global-id.ts';
import { kore } from '../vendors/kore/index.ts';
import { vonage } from '../vendors/vonage/index.ts';
import { findNamedAgent, referencesOf } from './agent-references.ts';

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

async function references(name: string, account: 'kore-main' | 'vcc') {
  const vendor = account === 'vcc' ? vonage : kore;
  const config = { name: account } as Parameters<typeof referencesOf>[1]['config'];
  const adapter = { cachedAgents: () => Promise.resolve(account === 'vcc' ? null : discovered) };
  const named = await findNamedAgent(name, directory, reader);
  return referencesOf(named, {
    config,
    vendor,
    adapter: adapter as unknown as Parameters<typeof referencesOf>[1]['adapter'],
  });
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
