import { expect, test } from '@jest/globals';
import { DAY, HOUR } from '../../domain/time.ts';
import type { CacheProbe, PlannedRead } from '../call-estimate.ts';
import { estimateCalls } from './estimate.ts';
import { directoryNamespace } from './data-source.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const emptyCache: CacheProbe = { isCached: () => false, includesTokens: false };
const RULES = { longestSessionHours: 24, settleHours: 6, lookBackHours: 0, retentionDays: 30, discoverHours: 48 };

const target = { key: 'one', refs: ['9'], maxAgents: 1, unlisted: 'none' } as const;

const during = (
  from: number,
  to: number,
  maxAgents = 3,
  capability: 'sessions' | 'statusPeriods' = 'sessions',
): PlannedRead => ({
  capability,
  during: { from: NOW + from, to: NOW + to },
  target: { key: 'some', refs: ['9', '10', '11'].slice(0, maxAgents), maxAgents, unlisted: 'none' },
  batchKey: 'complete',
});

const calls = (questions: readonly PlannedRead[], cacheProbe = emptyCache, rules = RULES) =>
  estimateCalls(rules)(questions, NOW, cacheProbe).reduce((sum, charge) => sum + charge.calls, 0);

test.each<[string, readonly PlannedRead[], number]>([
  ['a window is one call, however many agents are asked about', [during(-DAY, 0)], 1],
  ['sessions and statuses of a time are in the same files', [during(-DAY, 0), during(-DAY, 0, 3, 'statusPeriods')], 1],
  ['statuses alone', [during(-DAY, 0, 3, 'statusPeriods')], 1],
  ['a window has seven days at most', [during(-10 * DAY, 0)], 2],
  ['all that is kept', [during(-31 * DAY, 0)], 5],
  ['another hour is another window', [during(-DAY, 0), during(-DAY - HOUR, 0)], 2],
  ['the future is not listed', [during(DAY, 2 * DAY)], 0],
  ['nor what is no longer kept', [during(-60 * DAY, -40 * DAY)], 0],
  ['nor anything for nobody', [during(-DAY, 0, 0)], 0],
  ['nor for what files do not tell', [{ capability: 'currentStatus', target, batchKey: null }], 0],
  ['looking for agents is a call, besides', [{ capability: 'discover' }, during(-2 * DAY, 0)], 2],
])('%s', (_title, questions, expected) => {
  expect(calls(questions)).toBe(expected);
});

test('hours looked back are listed, too', () => {
  const rules = { ...RULES, lookBackHours: 168 };
  expect(calls([during(-2 * DAY, 0)], emptyCache, rules)).toBe(2);
  expect(calls([during(DAY, 2 * DAY), during(-60 * DAY, -40 * DAY)], emptyCache, rules)).toBe(0);
});

test('lists that are there are not called for', () => {
  const cacheProbe: CacheProbe = { includesTokens: true, isCached: (space, key) => space.keyParts(key)[0] === 'list' };
  expect(calls([{ capability: 'discover' }, during(-10 * DAY, 0)], cacheProbe)).toBe(0);
});

test('with the agents there, no files are looked through for them', () => {
  const cacheProbe: CacheProbe = {
    includesTokens: true,
    isCached: (space) => (space as unknown) === directoryNamespace,
  };
  expect(calls([{ capability: 'discover' }, during(-DAY, 0)], cacheProbe)).toBe(1);
});
