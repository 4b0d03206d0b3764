import { expect, test } from '@jest/globals';
import type { InteractionQuery } from '../../domain/interaction.ts';
import type { CacheProbe, PlannedAgentRead, PlannedRead } from '../call-estimate.ts';
import { estimateCalls } from './estimate.ts';

const nothing: CacheProbe = { isCached: () => false, includesTokens: false };

const latest = (refs: readonly string[], query: Partial<InteractionQuery> = {}): PlannedRead => ({
  capability: 'latestInteractions',
  query: { size: 1, type: null, activeLiveFirst: null, ...query },
  target: { key: refs.join(), refs, maxAgents: refs.length, unlisted: 'none' },
  batchKey: 'listed',
});

interface Given {
  readonly held?: CacheProbe;
  readonly version?: 1 | 2;
  readonly holdsToken?: boolean;
}

/** Calls for a token and for interactions. */
const calls = (reads: readonly PlannedRead[], { held: probe = nothing, version = 2, holdsToken = false }: Given = {}) =>
  estimateCalls({ apiVersion: version }, { hasToken: () => holdsToken })(reads, 0, probe).map((charge) => charge.calls);

test.each<[string, readonly PlannedRead[], readonly number[]]>([
  ['one call for each agent, and one token for all', [latest(['01', '02'])], [1, 2]],
  [
    'one call for each set of parameters',
    [latest(['01']), latest(['01'], { size: 5 }), latest(['01'], { type: 'CHAT' })],
    [1, 3],
  ],
  ['one call for equal reads', [latest(['01']), latest(['01', '02'])], [1, 2]],
  ['one call for the default size and no size', [latest(['01']), latest(['01'], { size: 1 })], [1, 1]],
  ['no token without reads', [], [0, 0]],
])('estimates %s', (_title, reads, expected) => {
  expect(calls(reads)).toEqual(expected);
});

test('estimates one call in version 1 whatever the size, and none for unsupported queries', () => {
  const reads = [latest(['01']), latest(['01'], { size: 5 }), latest(['02'], { type: 'CHAT' })];
  expect(calls(reads, { version: 1 })).toEqual([1, 1]);
});

test('estimates no calls for other capabilities', () => {
  const { target, batchKey } = latest(['01']) as PlannedAgentRead;
  const during = { from: '2026-11-14', to: '2026-11-20', timeZone: 'UTC' };
  const otherReads: readonly PlannedRead[] = [
    { capability: 'discover' },
    { capability: 'currentStatus', target, batchKey },
    { capability: 'usageStats', query: { during, parts: new Set(['usage'] as const) }, target, batchKey },
  ];
  for (const version of [1, 2] as const) {
    expect(calls(otherReads, { version })).toEqual([0, 0]);
    expect(calls([...otherReads, latest(['01'])], { version })).toEqual([1, 1]);
  }
});

test('estimates no calls for cached interactions and for an available token', () => {
  const probe: CacheProbe = { includesTokens: true, isCached: (space, key) => space.keyParts(key)[0] === '01' };
  expect(calls([latest(['01', '02'])], { held: probe })).toEqual([1, 1]);
  expect(calls([latest(['01', '02'])], { held: probe, holdsToken: true })).toEqual([0, 1]);
  expect(calls([latest(['01'])], { held: probe })).toEqual([0, 0]);
  // With an empty cache, a token would be needed as well.
  expect(calls([latest(['01'])], { holdsToken: true })).toEqual([1, 1]);
});
