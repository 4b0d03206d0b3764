import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/domain/clock.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { type RawConfig, startWorld } from '../support/world.ts';

const RELOADS = 200;
const MAX_GROWTH_BYTES = 12_000_000;

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

test(`${RELOADS} reloads leave neither memory nor handles`, async () => {
  const timers = new Set<symbol>();
  const clock = {
    ...systemClock,
    setTimer: (ms: number, callback: () => void) => {
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
  const world = await startWorld(clock);
  const gateway = await world.startGateway();
  const reload = async (index: number) => {
    await gateway.reconfigure(numbered(index));
    await gateway.query('{ agents(first: 1) { nodes { name } } }');
  };
  // What is compiled and kept once.
  for (let index = 0; index < 20; index += 1) await reload(index);
  const before = { heap: await heapUsed(), handles: process.getActiveResourcesInfo().length, timers: timers.size };
  for (let index = 20; index < 20 + RELOADS; index += 1) await reload(index);
  const heap = await heapUsed();
  expect(heap - before.heap).toBeLessThan(MAX_GROWTH_BYTES);
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before.handles + 10);
  expect(timers.size).toBeLessThanOrEqual(before.timers + 10);
  await world.stop();
});
