import { expect, test } from '@jest/globals';
import { DAY, HOUR } from '../../domain/time.ts';
import type { CacheProbe, PlannedRead } from '../call-estimate.ts';
import { directoryNamespace } from './data-source.ts';
import { estimateCalls } from './estimate.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const emptyCache: CacheProbe = { isCached: () => false, includesTokens: false };
const RULES = {
  longestSessionHours: 24,
  settleHours: 6,
  lookBackHours: 0,
  listWindowHours: 168,
  retentionDays: 30,
  discoverHours: 48,
};

const target = { key: 'one', refs: ['9'], maxAgents: 1, unlisted: 'none' } as const;

function during(
  from: number,
  to: number,
  maxAgents = 3,
  capability: 'sessions' | 'statusPeriods' = 'sessions',
): PlannedRead {
  return {
    capability,
    during: { from: NOW + from, to: NOW + to },
    target: { key: 'some', refs: ['9', '10', '11'].slice(0, maxAgents), maxAgents, unlisted: 'none' },
    batchKey: 'complete',
  };
}

function calls(reads: readonly PlannedRead[], cacheProbe = emptyCache, rules = RULES) {
  return estimateCalls(rules)(reads, NOW, cacheProbe).reduce((sum, charge) => sum + charge.calls, 0);
}

test.each<[string, readonly PlannedRead[], number]>([
  ['a window as one call for any number of agents', [during(-DAY, 0)], 1],
  [
    'sessions and status periods of a range once, because they are in the same files',
    [during(-DAY, 0), during(-DAY, 0, 3, 'statusPeriods')],
    1,
  ],
  ['one call for status periods alone', [during(-DAY, 0, 3, 'statusPeriods')], 1],
  ['a call for each window of at most seven days', [during(-10 * DAY, 0)], 2],
  ['five windows for the whole retention', [during(-31 * DAY, 0)], 5],
  ['another hour as another window', [during(-DAY, 0), during(-DAY - HOUR, 0)], 2],
  ['no call for the future', [during(DAY, 2 * DAY)], 0],
  ['no call for files that are deleted', [during(-60 * DAY, -40 * DAY)], 0],
  ['no call without agents', [during(-DAY, 0, 0)], 0],
  ['no call for the current status, which files lack', [{ capability: 'currentStatus', target, batchKey: null }], 0],
  ['one more call for discovery', [{ capability: 'discover' }, during(-2 * DAY, 0)], 2],
])('estimates %s', (_title, reads, expected) => {
  expect(calls(reads)).toBe(expected);
});

test('estimates the windows of lookBackHours', () => {
  const rules = { ...RULES, lookBackHours: 168 };
  expect(calls([during(-2 * DAY, 0)], emptyCache, rules)).toBe(2);
  expect(calls([during(DAY, 2 * DAY), during(-60 * DAY, -40 * DAY)], emptyCache, rules)).toBe(0);
});

test('estimates no call for cached lists', () => {
  const cacheProbe: CacheProbe = { includesTokens: true, isCached: (space, key) => space.keyParts(key)[0] === 'list' };
  expect(calls([{ capability: 'discover' }, during(-10 * DAY, 0)], cacheProbe)).toBe(0);
});

test('estimates no call for a cached discovery', () => {
  const cacheProbe: CacheProbe = {
    includesTokens: true,
    isCached: (space) => (space as unknown) === directoryNamespace,
  };
  expect(calls([{ capability: 'discover' }, during(-DAY, 0)], cacheProbe)).toBe(1);
});
