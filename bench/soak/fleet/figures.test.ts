import { describe, expect, test } from '@jest/globals';
import { createFigures } from './clients.ts';
import { createEpisodeLog, EPISODES, SCRIPT_SECONDS } from './episodes.ts';
import { scanLines } from './log-scan.ts';
import { type MemorySample, memoryTrend, MIN_MEMORY_MINUTES, readCachedMb } from './memory.ts';
import { findInFigures, type FleetRun, summarize } from './report.ts';
import { countCalls, isExcessive } from './vendor-calls.ts';
import { groupViolations } from './violations.ts';

const MINUTE = 60_000;

function samplesOf(...heldMb: readonly number[]): readonly MemorySample[] {
  return heldMb.map((heapMb, index) => ({
    at: index * MINUTE,
    heapMb,
    externalMb: 0,
    cachedMb: 0,
    rssMb: 100,
    loopP99Ms: 1,
    loopMaxMs: 2,
  }));
}

/** A run without any violation. */
const RUN: FleetRun = {
  runStartedAt: 0,
  minutes: 6,
  machine: { description: 'a machine', loadBefore: 0, isBusy: false },
  targets: [{ gateway: 'a', figures: { ...createFigures(), polls: 7 } }],
  samples: new Map([['a', samplesOf(50, 60, 60, 60, 60, 60)]]),
  exitCodes: new Map([['a', 0]]),
  calls: { fleet: [], single: [] },
  spans: [{ target: 'kore', name: 'down', from: 0, to: MINUTE }],
  withoutRedis: [],
  accounts: [{ name: 'kore-main', vendor: 'kore' }],
  faultsSeen: [{ account: 'kore-main', at: 1000 }],
  violations: [],
  logs: [{ gateway: 'a', warnings: 3, errors: [], hasSecret: false, unreadableLines: 0, withoutRedis: [] }],
  ttlMs: { statuses: 15_000, interactions: 10_000 },
};
const [LOG] = RUN.logs as [FleetRun['logs'][number]];

describe('violations that figures show', () => {
  test('are none in a healthy run', () => {
    expect(findInFigures(RUN, [])).toEqual([]);
    expect(summarize(RUN).gateways).toMatchObject([{ gateway: 'a', polls: 7, warnings: 3, violations: 0 }]);
  });

  test.each<[string, Partial<FleetRun>]>([
    ['memory grows', { samples: new Map([['a', samplesOf(50, 60, 70, 80, 90, 100)]]) }],
    ['error in the log', { logs: [{ ...LOG, errors: ['unexpected resolver error'] }] }],
    ['secret in the log', { logs: [{ ...LOG, hasSecret: true }] }],
    ['log line that is not JSON', { logs: [{ ...LOG, unreadableLines: 1 }] }],
    [
      'refusals without a late event loop',
      { targets: [{ gateway: 'a', figures: { ...createFigures(), requests: 9, refused: 1 } }] },
    ],
    ['exit status', { exitCodes: new Map([['a', null]]) }],
    ['fault that no answer shows', { faultsSeen: [{ account: 'kore-main', at: 2 * MINUTE }] }],
  ])('include a planted one: %s', (check, changes) => {
    expect(findInFigures({ ...RUN, ...changes }, []).map((violation) => violation.check)).toEqual([check]);
  });

  test('include no growth of memory in a run that is too short to judge it, which says so', () => {
    const growing = { ...RUN, samples: new Map([['a', samplesOf(50, 60, 70, 80, 90, 100)]]) };
    const short = { ...growing, minutes: MIN_MEMORY_MINUTES - 1 };
    expect(summarize(short)).toMatchObject({ violations: [], notes: [expect.stringContaining('too short to judge')] });
    expect(summarize({ ...growing, minutes: MIN_MEMORY_MINUTES })).toMatchObject({
      violations: [{ check: 'memory grows' }],
      notes: [],
    });
  });

  test('include calls of the fleet beyond those of one gateway', () => {
    const row = { vendor: 'kore', phase: 'healthy', fleet: 40, single: 20 } as const;
    expect(findInFigures(RUN, [row]).map(({ check }) => check)).toEqual(['more calls than one gateway']);
  });
});

describe('vendor calls', () => {
  const spans = [
    { target: 'kore', name: 'down', from: MINUTE, to: 2 * MINUTE },
    { target: 'redis', name: 'killed', from: 10 * MINUTE, to: 11 * MINUTE },
    { target: 'redis slow', name: 'a', from: 20 * MINUTE, to: 21 * MINUTE },
  ];
  const at = (vendor: string, ...minutes: readonly number[]) =>
    minutes.map((minute) => ({ vendor, at: minute * MINUTE }));

  test('are counted by what went wrong at the time', () => {
    const fleet = [...at('kore', -1, 0.5, 1.5, 3, 10.5, 20.5), ...at('vonage', 1.5)];
    const rows = countCalls(fleet, at('kore', 0.5), spans, 0).filter((row) => row.fleet > 0);
    expect(rows.map(({ vendor, phase, fleet: count, single }) => [vendor, phase, count, single])).toEqual([
      ['kore', 'start', 1, 0],
      ['kore', 'healthy', 1, 1],
      ['kore', 'vendor fails', 2, 0],
      ['kore', 'Redis down', 1, 0],
      ['kore', 'Redis slow', 1, 0],
      ['vonage', 'healthy', 1, 0],
    ]);
  });

  test('are compared only while nothing is wrong, with a tolerance of two refreshes', () => {
    const row = { vendor: 'kore', phase: 'healthy', fleet: 26, single: 20 } as const;
    expect(isExcessive(row, 2)).toBe(false);
    expect(isExcessive({ ...row, fleet: 27 }, 2)).toBe(true);
    expect(isExcessive({ ...row, fleet: 60, phase: 'Redis down' }, 2)).toBe(false);
  });
});

describe('episodes', () => {
  test('affect answers from their start until after their end', () => {
    let now = 0;
    const log = createEpisodeLog(() => now);
    now = 10;
    const end = log.begin('kore', 'down');
    const isAffected = (from: number, to: number) => log.affecting('kore', from, to, 5).length > 0;
    expect([isAffected(0, 9), isAffected(0, 10), isAffected(1e9, 1e9)]).toEqual([false, true, true]);
    now = 20;
    end();
    expect([isAffected(25, 30), isAffected(26, 30)]).toEqual([true, false]);
    expect(log.affecting('vonage', 0, 100, 5)).toEqual([]);
  });

  test('leave each vendor time without a failure, and end before the run does', () => {
    for (const target of ['kore', 'vonage', 'liveperson', 'avaamo', 'redis']) {
      const own = EPISODES.filter((episode) => episode.target === target);
      expect(own).toHaveLength(2);
      expect(own.reduce((sum, { from, to }) => sum + to - from, 0)).toBeLessThan(SCRIPT_SECONDS / 4);
    }
    expect(Math.max(...EPISODES.map(({ to }) => to))).toBeLessThan(SCRIPT_SECONDS);
  });
});

test('computes the growth of memory without what caches hold', () => {
  const cached = [0, 0, 0, 10, 20, 30];
  const samples = samplesOf(50, 50, 50, 61, 72, 83).map((sample, nth) => ({ ...sample, cachedMb: cached[nth] ?? 0 }));
  expect(memoryTrend(samples)).toMatchObject({ startMb: 50, endMb: 53, slopeMbPerMinute: 1 });
  const metrics = [
    'switchboard_cache_bytes{level="memory"} 3145728',
    'switchboard_cache_bytes{level="responses"} 1048576',
    'switchboard_cache_bytes{level="disk"} 1048576',
    'switchboard_cache_max_bytes{level="memory"} 1048576',
  ].join('\n');
  expect(readCachedMb(metrics)).toBe(4);
});

test('computes the growth of memory without the time in which caches fill', () => {
  expect(memoryTrend(samplesOf(10, 50, 60, 62, 64, 66))).toMatchObject({ startMb: 10, endMb: 66, slopeMbPerMinute: 2 });
});

test('counts lines of a log by level, and finds secrets and the time without Redis', () => {
  const lines = [
    '{"level":"info","time":1000,"message":"x"}',
    '{"level":"warn","time":2000,"message":"shared cache unavailable, using in-process cache only"}',
    '{"level":"info","time":3000,"message":"shared cache available again"}',
    '{"level":"error","time":4000,"message":"unexpected","err":{"message":"a-secret"}}',
    '{"level":"warn","time":5000,"message":"shared cache unavailable, using in-process cache only"}',
    'not JSON',
    '',
  ];
  expect(scanLines(lines, ['a-secret'])).toEqual({
    warnings: 2,
    errors: ['unexpected: a-secret'],
    hasSecret: true,
    unreadableLines: 1,
    withoutRedis: [
      { from: 2000, to: 3000 },
      { from: 5000, to: Infinity },
    ],
  });
});

test('groups violations by check and gateway, with a few examples', () => {
  const violation = (second: number, detail: string) => ({ check: 'x', gateway: 'a', at: second * 1000, detail });
  const violations = [violation(1, 'p'), violation(2, 'p'), violation(3, 'q'), { ...violation(4, 'r'), gateway: 'b' }];
  expect(groupViolations(violations, 0)).toMatchObject([
    { gateway: 'a', count: 3, firstSecond: 1, lastSecond: 3, examples: ['p', 'q'] },
    { gateway: 'b', count: 1 },
  ]);
});
