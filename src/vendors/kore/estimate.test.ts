import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { DAY, utcDay } from '../../domain/time.ts';
import type { CacheProbe, PlannedRead, TargetAgents } from '../call-estimate.ts';
import { type AgentDay, packRequests } from './batching.ts';
import { cellNamespace } from './cells.ts';
import { directoryNamespace } from './discovery.ts';
import { estimateCalls } from './estimate.ts';
import { DEFAULT_MAX_PAGES as MAX_PAGES } from './pagination.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const TODAY = utcDay(NOW);
function dayAgo(count: number) {
  return utcDay(NOW - count * DAY);
}

const nothing: CacheProbe = { isCached: () => false, includesTokens: false };
/** A cache with the cells of these agents on these days, and with `directory` the discovered agents. */
function holding(places: readonly string[], directory = false): CacheProbe {
  return {
    includesTokens: true,
    isCached: (space, key) =>
      (space as unknown) === directoryNamespace
        ? directory
        : places.includes(JSON.stringify(cellNamespace.keyParts(key as never))),
  };
}
function cell(agent: string, day: string) {
  return JSON.stringify(cellNamespace.keyParts({ agent, day, ref: agent }));
}

function agents(count: number, from = 0) {
  return Array.from({ length: count }, (_, n) => `agent${from + n}@example.com`);
}
function targetOf(refs: readonly string[], more: Partial<TargetAgents> = {}): TargetAgents {
  return {
    key: refs.join(),
    refs,
    maxAgents: refs.length,
    unlisted: 'none',
    ...more,
  };
}
function now(about: TargetAgents, batchKey: string | null = 'complete'): PlannedRead {
  return {
    capability: 'currentStatus',
    target: about,
    batchKey,
  };
}
/** A read of whole days, from and to this many days ago. */
function days(about: TargetAgents, from: number, to: number, batchKey: string | null = 'complete'): PlannedRead {
  return {
    capability: 'statusPeriods',
    during: { from: Date.parse(dayAgo(from)), to: Date.parse(dayAgo(to)) + DAY },
    target: about,
    batchKey,
  };
}

function calls(reads: readonly PlannedRead[], probe = nothing, maxDaysPerCall = 32) {
  return estimateCalls({ maxDaysPerCall, maxPages: MAX_PAGES })(reads, NOW, probe).reduce(
    (sum, charge) => sum + charge.calls,
    0,
  );
}

describe('the estimate of POSTs', () => {
  test.each([
    ['one for 50 agents', [now(targetOf(agents(50)))], 1],
    ['two for 51', [now(targetOf(agents(51)))], 2],
    ['one for several reads of the same agents', [now(targetOf(agents(50))), days(targetOf(agents(50)), 6, 0)], 1],
    ['one for several groups of agents', [now(targetOf(agents(20))), days(targetOf(agents(30, 20)), 6, 0)], 1],
    [
      'one for groups that have agents in common',
      [now(targetOf(agents(40))), now(targetOf(agents(50), { key: 'others' }))],
      1,
    ],
    [
      'two for groups that are read at different moments',
      [now(targetOf(agents(1))), now(targetOf(agents(1, 1)), 'config')],
      2,
    ],
    ['one for each agent that is read outside of a batch', [now(targetOf(agents(7)), null)], 7],
    [
      'none for days of the same agents that a batch has requested',
      [days(targetOf(agents(7)), 6, 0), now(targetOf(agents(7)), null)],
      1,
    ],
    ['as many as the maximum of agents needs', [now(targetOf(agents(7), { maxAgents: 120, unlisted: 'by-email' }))], 3],
    [
      'two for known and unlisted agents',
      [now(targetOf(agents(10))), now(targetOf([], { key: 'unlisted', maxAgents: 60, unlisted: 'by-email' }))],
      2,
    ],
    ['no more than maxAgents needs', [now(targetOf(agents(200), { maxAgents: 3 }))], 1],
    ['none for days after today', [days(targetOf(agents(7)), -1, -3)], 0],
    ['none without agents', [now(targetOf([]))], 0],
    ['none for other capabilities', [{ ...days(targetOf(agents(1)), 1, 0), capability: 'sessions' } as PlannedRead], 0],
  ] as const)('estimates POSTs: %s', (_title, reads, expected) => {
    expect(calls(reads)).toBe(expected);
  });

  test('counts the windows that the days need', () => {
    expect(calls([days(targetOf(agents(60)), 9, 0)], nothing, 5)).toBe(2 * 2);
    expect(calls([days(targetOf(agents(60)), 10, 0)], nothing, 5)).toBe(3 * 2);
    expect(calls([days(targetOf(agents(60)), 1, 0), days(targetOf(agents(60)), 9, 0)], nothing, 5)).toBe(2 * 2);
    expect(calls([days(targetOf(agents(60)), 9, 8), days(targetOf(agents(60)), 9, 0)], nothing, 5)).toBe(2 * 2);
    // Another batch may split a window in two, but into no more parts.
    expect(calls([days(targetOf(agents(1)), 2, 0), now(targetOf(agents(1, 1)), 'config')], nothing, 1)).toBe(3 + 2);
  });

  test('covers batches that merge by chance and need more than their parts', () => {
    const [early, late] = [agents(50), agents(50, 50)];
    // Each part fits into one POST. Together they need windows that split the later part.
    const places = [...early, ...late].flatMap((agent, index) => {
      const [first, last] = index < 50 ? [0, 19 - (index % 2)] : [15, 38 - (index % 2)];
      return Array.from({ length: last - first + 1 }, (_, day) => ({ agent, day: dayAgo(40 - first - day) }));
    });
    const reads = [days(targetOf(early), 40, 21, 'config'), days(targetOf(late), 25, 2)];
    const probe = holding(
      [...early, ...late].flatMap((agent, index) => (index % 2 ? [cell(agent, dayAgo(index < 50 ? 21 : 2))] : [])),
    );
    for (const part of [early, late])
      expect(
        packRequests(
          places.filter(({ agent }) => part.includes(agent)),
          32,
        ),
      ).toHaveLength(1);
    expect(packRequests(places, 32)).toHaveLength(3);
    expect(calls(reads, probe)).toBeGreaterThanOrEqual(3);
  });

  test('estimates no POSTs for agents with all cells cached', () => {
    const [first = ''] = agents(51);
    expect(calls([now(targetOf(agents(51)))], holding([cell(first, TODAY)]))).toBe(1);
  });

  test('leaves out cached cells', () => {
    const read = days(targetOf(agents(2)), 1, 0);
    const [first = '', second = ''] = agents(2);
    expect(calls([read], holding([cell(first, TODAY), cell(first, dayAgo(1)), cell(second, TODAY)]))).toBe(1);
    expect(calls([read], holding(agents(2).flatMap((agent) => [cell(agent, TODAY), cell(agent, dayAgo(1))])))).toBe(0);
  });
});

describe('the estimator', () => {
  test.each(['complete', null])('looks up each agent and day once, with batch key %j', (together) => {
    const looks: string[] = [];
    const probe: CacheProbe = {
      includesTokens: true,
      isCached: (space, key) => {
        looks.push(JSON.stringify(space.keyParts(key)));
        return false;
      },
    };
    calls(
      [days(targetOf(['u-1', ...agents(20)]), 6, 0, together), now(targetOf(['u-1', ...agents(20)]), together)],
      probe,
    );
    const places = ['u-1', ...agents(20)].flatMap((agent) =>
      [0, 1, 2, 3, 4, 5, 6].map((ago) => cell(agent, dayAgo(ago))),
    );
    // Reads outside of a batch are planned separately.
    const again = together === null ? ['u-1', ...agents(20)].map((agent) => cell(agent, TODAY)) : [];
    expect(looks.sort()).toEqual([...places, ...again].sort());
  });

  test('computes the days of a range once, however many agents are read one by one', () => {
    function countDays(reads: readonly PlannedRead[]): number {
      const read = jest.spyOn(Date.prototype, 'getUTCFullYear');
      try {
        calls(reads);
        return read.mock.calls.length;
      } finally {
        read.mockRestore();
      }
    }
    const first = agents(100).map((agent) => days(targetOf([agent]), 30, 0, null));
    expect(countDays(first.slice(0, 1))).toBeGreaterThan(30);
    expect(countDays(first)).toBe(countDays(first.slice(0, 1)));
  });
});

describe('the estimate of unfiltered pages', () => {
  test('counts discovery unless it is cached', () => {
    expect(calls([{ capability: 'discover' }])).toBe(MAX_PAGES);
    expect(calls([{ capability: 'discover' }], holding([], true))).toBe(0);
    expect(calls([{ capability: 'discover' }, now(targetOf(agents(50)))])).toBe(MAX_PAGES + 1);
  });

  test('counts userIds once for each window', () => {
    expect(calls([now(targetOf(['u-1', 'u-2']))])).toBe(MAX_PAGES);
    expect(calls([days(targetOf(['u-1', 'u-2']), 9, 0)], nothing, 5)).toBe(2 * MAX_PAGES);
    expect(calls([now(targetOf(['u-1', ...agents(3)]))])).toBe(MAX_PAGES + 1);
    expect(calls([now(targetOf(['u-1', 'u-2']), null)])).toBe(2 * MAX_PAGES);
    expect(calls([now(targetOf(['u-1', ...agents(5)], { maxAgents: 3 }), null)])).toBe(MAX_PAGES + 2);
    expect(calls([now(targetOf(['u-1']))], holding([cell('u-1', TODAY)]))).toBe(0);
  });

  test('keeps a month of one-day windows within the calls of one query', () => {
    const agentsOfAnyKind = targetOf([], { maxAgents: 50, unlisted: 'any' });
    expect(calls([days(agentsOfAnyKind, 30, 0)], nothing, 1)).toBe(31 + 400);
  });

  test('counts agents with unknown references', () => {
    expect(calls([now(targetOf([], { maxAgents: 60, unlisted: 'any' }))])).toBe(2 + MAX_PAGES);
  });
});

/** Reads of few agents and days, so that they often overlap. */
const read = fc.record({
  first: fc.nat(8),
  count: fc.integer({ min: 1, max: 70 }),
  from: fc.nat(12),
  length: fc.integer({ min: 1, max: 8 }),
  together: fc.constantFrom('config', 'complete', null),
});

/** A read with agents of every kind, listed or not. */
const mixedRead = fc
  .tuple(read, fc.nat(3), fc.constantFrom('none', 'by-email', 'any'), fc.nat(80))
  .map(([{ first, count, from, length, together }, userIds, unlisted, maxAgents]) => {
    const refs = [...agents(count, first), ...Array.from({ length: userIds }, (_, n) => `u-${first + n}`)];
    const target = targetOf(refs, { unlisted, ...(unlisted === 'none' ? {} : { maxAgents }) });
    return from === 0 ? now(target, together) : days(target, from + length - 1, from, together);
  });

test('estimates the same for one read and for two equal ones, which share all their cells', () => {
  fc.assert(
    fc.property(mixedRead, fc.integer({ min: 1, max: 9 }), fc.nat(2), (one, maxDays, cached) => {
      const probe: CacheProbe = {
        includesTokens: true,
        isCached: (space, key) => hash(JSON.stringify(space.keyParts(key))) % 3 < cached,
      };
      expect(calls([one], probe, maxDays)).toBe(calls([one, one], probe, maxDays));
    }),
  );
});

test('estimates the same for a cache that is known to be empty as for one that is found to be', () => {
  fc.assert(
    fc.property(fc.array(mixedRead, { maxLength: 4 }), fc.integer({ min: 1, max: 9 }), (reads, maxDays) => {
      expect(calls(reads, { ...nothing, isEmpty: true }, maxDays)).toBe(calls(reads, nothing, maxDays));
    }),
  );
});

test('estimates no fewer POSTs than are sent, for any batches and any cached cells', () => {
  const circumstances = fc.record({
    questions: fc.array(read, { maxLength: 6 }),
    maxDays: fc.integer({ min: 1, max: 9 }),
    /** How many thirds of the cells are not cached. */
    missing: fc.nat(3),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(circumstances, ({ questions: reads, maxDays, missing, seed }) => {
      const probe: CacheProbe = {
        includesTokens: true,
        isCached: (space, key) => hash(`${seed} ${JSON.stringify(space.keyParts(key))}`) % 3 >= missing,
      };
      // Reads of the same moment are in the same batch; reads of other agents may be in any.
      const batches = Array.from({ length: 3 }, () => new Map<string, AgentDay>());
      for (const [index, { first, count, from, length, together }] of reads.entries()) {
        for (const agent of agents(count, first)) {
          const batch = batches[hash(`${seed} ${together ?? `${agent} ${index}`}`) % batches.length];
          for (let ago = from; ago < from + length; ago += 1) {
            const place = { agent, day: dayAgo(ago) };
            if (!probe.isCached(cellNamespace, { ...place, ref: agent })) batch?.set(cell(agent, place.day), place);
          }
        }
      }
      // A cell is requested by the first batch that needs it only.
      const requestedCells = new Set<string>();
      const posts = batches.map((places) => {
        const left = [...places].filter(([name]) => !requestedCells.has(name));
        for (const [name] of left) requestedCells.add(name);
        const plain = left.map(([, place]) => place);
        return packRequests(plain, maxDays).length;
      });
      const most = calls(
        reads.map(({ first, count, from, length, together }) =>
          days(targetOf(agents(count, first)), from + length - 1, from, together),
        ),
        probe,
        maxDays,
      );
      expect(posts.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(most);
    }),
  );
});

/** A pseudo-random number that depends on the text only (FNV-1a). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}
