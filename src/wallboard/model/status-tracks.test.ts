import { describe, expect, test } from '@jest/globals';
import { boardAgent } from '../../../test/support/board-agents.ts';
import { changeOf, extendTracks, sampleTrend, seedTracks, sparklinePoints, TREND_MS } from './status-tracks.ts';

const NOW = Date.UTC(2026, 10, 20, 9, 30);
function minutesAgo(minutes: number) {
  return NOW - minutes * 60_000;
}
function isoAgo(minutes: number) {
  return new Date(minutesAgo(minutes)).toISOString();
}

describe('the trend of a quarter of an hour', () => {
  test('is known at once where every status is older', () => {
    const tracks = extendTracks(new Map(), [boardAgent('a', { since: minutesAgo(20) })], NOW);
    const trend = sampleTrend(tracks, ['a'], NOW);
    expect(trend).toHaveLength(31);
    expect(changeOf(trend, 'AVAILABLE')).toBe(0);
  });

  test('begins where the status of all is known', () => {
    const agents = [boardAgent('a', { since: minutesAgo(20) }), boardAgent('b', { since: minutesAgo(5) })];
    const trend = sampleTrend(extendTracks(new Map(), agents, NOW), ['a', 'b'], NOW);
    expect(trend[0]?.x).toBeCloseTo(2 / 3);
    expect(changeOf(trend, 'AVAILABLE')).toBeNull();
  });

  test('takes what the vendors report of the time before; a gap is offline', () => {
    const agents = [boardAgent('a', { since: minutesAgo(5) }), boardAgent('b', { status: 'UNKNOWN', since: null })];
    const periods = [{ status: 'BUSY', start: isoAgo(12), end: isoAgo(8) } as const];
    const recent = {
      agents: {
        nodes: [
          { id: 'a', statusPeriods: { nodes: periods } },
          { id: 'b', statusPeriods: null },
        ],
      },
    };
    const tracks = seedTracks(extendTracks(new Map(), agents, NOW), recent, NOW - TREND_MS);
    const trend = sampleTrend(tracks, ['a', 'b'], NOW);
    const at = (minutes: number) => trend.find(({ x }) => x >= 1 - minutes / 15 - 1e-9)?.counts;
    expect(at(15)).toMatchObject({ OFFLINE: 1, UNKNOWN: 1 });
    expect(at(11)).toMatchObject({ BUSY: 1 });
    expect(at(7)).toMatchObject({ OFFLINE: 1 });
    expect(at(1)).toMatchObject({ AVAILABLE: 1 });
    expect([changeOf(trend, 'AVAILABLE'), changeOf(trend, 'OFFLINE')]).toEqual([1, -1]);
  });

  test('follows the answers, and forgets what is older', () => {
    let tracks = extendTracks(new Map(), [boardAgent('a', { since: minutesAgo(40) })], minutesAgo(30));
    tracks = extendTracks(tracks, [boardAgent('a', { status: 'BUSY', since: minutesAgo(20) })], minutesAgo(20));
    tracks = extendTracks(tracks, [boardAgent('a', { status: 'OFFLINE', since: null })], NOW);
    expect(tracks.get('a')).toEqual([
      { status: 'BUSY', since: minutesAgo(20) },
      { status: 'OFFLINE', since: NOW },
    ]);
    expect(extendTracks(tracks, [boardAgent('a', { status: 'OFFLINE', since: null })], NOW).get('a')).toBe(
      tracks.get('a'),
    );
  });
});

test('draws steps between the lowest and the highest value', () => {
  const counts = (available: number) => ({ AVAILABLE: available, BUSY: 0, AWAY: 0, OFFLINE: 0, UNKNOWN: 0 });
  const trend = [
    { x: 0, counts: counts(1) },
    { x: 1, counts: counts(3) },
  ];
  expect(sparklinePoints(trend, 'AVAILABLE')).toBe('0.0,18.0 100.0,18.0 100.0,2.0');
  expect(sparklinePoints(trend, 'BUSY')).toBe('0.0,18.0 100.0,18.0 100.0,18.0');
  expect(sparklinePoints(trend.slice(1), 'BUSY')).toBe('');
});
