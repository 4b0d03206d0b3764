import { expect, test } from '@jest/globals';
import type { TimelinesQuery } from '../generated/documents.ts';
import { addTimelines, dueIds, TIMELINE_MAX_AGE_MS } from './timeline-cache.ts';

const account = { name: 'kore-main' };
const node = {
  id: 'a',
  statusPeriods: {
    complete: false,
    nodes: [
      {
        id: 'p',
        account,
        status: 'BUSY',
        label: null,
        start: '2026-11-20T09:00:00Z',
        end: null,
        isOngoing: true,
      } as const,
    ],
    sources: [
      {
        account: { name: 'lp' },
        outcome: 'PARTIAL',
        coveredTo: null,
        error: { code: 'VENDOR_UNAVAILABLE', reason: 'not_yet_written', retryAfterSeconds: null },
      } as const,
    ],
  },
};

function answerOf(nodes: TimelinesQuery['nodes'], paths: readonly (string | number)[][] = []) {
  return { data: { nodes }, errors: paths.map((path) => ({ message: 'failed', path })) };
}

test('keeps the periods; files that come hours later are no trouble', () => {
  const cache = addTimelines(new Map(), ['a'], answerOf([node]), 5);
  expect(cache.get('a')).toEqual({
    periods: [
      {
        id: 'p',
        account: 'kore-main',
        status: 'BUSY',
        label: null,
        start: Date.UTC(2026, 10, 20, 9),
        end: null,
        isOngoing: true,
      },
    ],
    troubles: [],
    knownUntil: 5,
    readAt: 5,
  });
});

test('reads what is missing or a minute old, and nothing twice at once', () => {
  const cache = addTimelines(new Map(), ['a', 'b'], answerOf([node, null]), 0);
  expect(dueIds(['a', 'b', 'c'], cache, TIMELINE_MAX_AGE_MS - 1)).toEqual(['c']);
  expect(dueIds(['a', 'b'], cache, TIMELINE_MAX_AGE_MS)).toEqual(['a', 'b']);
  expect(dueIds(Array.from({ length: 300 }, String), new Map(), 0)).toHaveLength(100);
});

test('keeps the last timeline where a read fails', () => {
  const cache = addTimelines(new Map(), ['a'], answerOf([node]), 5);
  const failed = addTimelines(cache, ['a', 'b'], null, 90);
  expect(failed.get('a')).toEqual({ ...cache.get('a'), readAt: 90 });
  expect(failed.get('b')).toEqual({ periods: [], troubles: [], knownUntil: null, readAt: 90 });
});

test('is known up to the last read of which nothing was missing', () => {
  const whole = addTimelines(new Map(), ['a'], answerOf([node]), 5);
  const error = { code: 'VENDOR_UNAVAILABLE', reason: 'status_503', retryAfterSeconds: null };
  const sources = [{ account, outcome: 'FAILED', coveredTo: null, error } as const];
  const failed = { ...node, statusPeriods: { ...node.statusPeriods, sources } };
  expect(addTimelines(whole, ['a'], answerOf([failed]), 90).get('a')).toMatchObject({ knownUntil: 5, readAt: 90 });
  expect(addTimelines(new Map(), ['a'], answerOf([failed]), 90).get('a')).toMatchObject({ knownUntil: null });
});

test('is known up to the last period of an older answer', () => {
  const error = { code: 'VENDOR_UNAVAILABLE', reason: 'status_503', retryAfterSeconds: null };
  const sources = [{ account, outcome: 'STALE', coveredTo: null, error } as const];
  const late = { ...node, statusPeriods: { ...node.statusPeriods, sources } };
  const cache = addTimelines(new Map(), ['a'], answerOf([late]), Date.UTC(2026, 10, 20, 10));
  expect(cache.get('a')).toMatchObject({ knownUntil: Date.UTC(2026, 10, 20, 9) });
});

test('distinguishes people without periods from those whose periods could not be read', () => {
  const none = (id: string) => ({ id, statusPeriods: null });
  const answer = answerOf([none('a'), none('b')], [['nodes', 1, 'statusPeriods']]);
  const cache = addTimelines(new Map(), ['a', 'b'], answer, 5);
  expect([cache.get('a')?.knownUntil, cache.get('b')?.knownUntil]).toEqual([5, null]);
});
