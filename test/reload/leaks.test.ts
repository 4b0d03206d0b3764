import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { type RawConfig, startWorld, type World } from '../support/world.ts';

const RELOADS = 200;
/** 20 kB for each reload, of which the log that the test keeps takes half. Kept generations leave 42 MB, a wrapper around each resolver 5 MB. */
const MAX_GROWTH_BYTES = 4_000_000;
const MAX_GROWTH = 10;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function heapUsed(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    await flushPromises();
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

/** Every reload changes an account, the directory and the limits. */
function numbered(index: number) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    limits: { maxDepth: 20 + (index % 10) },
    agents: raw.agents.map((agent) => ({ ...agent, name: `Agent ${index} ${agent.id}` })),
    accounts: raw.accounts.map((account) =>
      account.name === 'bots' ? { ...account, connectTimeoutMs: 1000 + index } : account,
    ),
  });
}

/** The system's clock, which counts the timers that are set. */
function countingClock(): Clock & { readonly timers: () => number } {
  const timers = new Set<symbol>();
  return {
    ...systemClock,
    timers: () => timers.size,
    setTimer: (ms, callback) => {
      const id = Symbol('timer');
      timers.add(id);
      const cancel = systemClock.setTimer(ms, () => {
        timers.delete(id);
        callback();
      });
      return () => {
        timers.delete(id);
        cancel();
      };
    },
  };
}

let clock: ReturnType<typeof countingClock>;
let world: World;
beforeEach(async () => {
  clock = countingClock();
  world = await startWorld(clock);
});
afterEach(() => world.stop());

/** What is left of so many repetitions, beyond what the first ones compile and keep once. */
async function growthOf(repeat: (index: number) => unknown) {
  const measure = async () => ({
    heapBytes: await heapUsed(),
    handles: process.getActiveResourcesInfo().length,
    timers: clock.timers(),
  });
  for (let index = 0; index < 20; index += 1) await repeat(index);
  const before = await measure();
  for (let index = 20; index < 20 + RELOADS; index += 1) await repeat(index);
  const after = await measure();
  return {
    heapBytes: after.heapBytes - before.heapBytes,
    handles: after.handles - before.handles,
    timers: after.timers - before.timers,
  };
}

test(`${RELOADS} reloads leave neither memory nor handles`, async () => {
  const gateway = await world.startGateway();
  const { heapBytes, handles, timers } = await growthOf(async (index) => {
    await gateway.reconfigure(numbered(index));
    await gateway.query('{ agents(first: 1) { nodes { name } } }');
  });
  expect(heapBytes).toBeLessThan(MAX_GROWTH_BYTES);
  expect(handles).toBeLessThanOrEqual(MAX_GROWTH);
  expect(timers).toBeLessThanOrEqual(MAX_GROWTH);
});

describe('a planted leak is found:', () => {
  test('of the directory of each reload', async () => {
    const planted: unknown[] = [];
    const { heapBytes } = await growthOf((index) =>
      planted.push(numbered(index)(structuredClone({ ...world.config }))),
    );
    expect(heapBytes).toBeGreaterThan(MAX_GROWTH_BYTES);
    expect(planted.length).toBeGreaterThan(RELOADS);
  });

  test('of a timer, and of a handle, of each reload', async () => {
    const cancels: (() => void)[] = [];
    const { timers, handles } = await growthOf(() => {
      const timer = setTimeout(() => undefined, 600_000);
      cancels.push(
        clock.setTimer(600_000, () => undefined),
        () => {
          clearTimeout(timer);
        },
      );
    });
    for (const cancel of cancels) cancel();
    expect([timers, handles]).toEqual([RELOADS, RELOADS]);
  });
});
