import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../domain/clock.ts';
import type { DerivedStore } from '../content-memory.ts';
import type { StoredNames } from './files/content.ts';
import { createEventLoopYielder } from './files/event-loop-yielder.ts';
import { type StoredFile, toStoredFile } from './files/stored-file.ts';
import { createKeptContent } from './kept-content.ts';

const AGENTS = 200;
const FILES = 30;
const names: StoredNames = { at: 0, loginName: null, nickname: null, userName: null };

/** A file in which each agent has one session with a login. */
function createFile(number: number): StoredFile {
  const agents = Array.from({ length: AGENTS }, (_, agent) => [
    agent,
    { names, records: JSON.stringify([`${agent}-${number}`, `${number},3,,,,,;`, null, null]) },
  ]);
  return toStoredFile({
    agents: Object.fromEntries(agents) as Record<string, { names: StoredNames; records: string }>,
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
}

const files = Array.from({ length: FILES }, (_, number) => ({
  value: createFile(number),
  fetchedAt: number,
  servedFrom: 'CACHE' as const,
}));

/** Every unit of work takes a millisecond. */
function createFixture(maxBytes: number) {
  let units = 0;
  const clock: Clock = { now: () => units, monotonicMs: () => units, setTimer: () => () => undefined };
  const { yieldIfDue } = createEventLoopYielder(clock);
  const yielder = {
    yieldIfDue: async () => {
      await yieldIfDue();
      units += 1;
    },
  };
  const store: DerivedStore = new LRUCache({ maxSize: maxBytes });
  const kept = createKeptContent('lp', store, yielder);
  const ask = async (agents: number, set = files) => {
    const fileSet = await kept.open(set);
    return Promise.all(Array.from({ length: agents }, (_, agent) => kept.sessions(String(agent), fileSet)));
  };
  return { ask, store, units: () => units };
}

/** The units of work done until a result is there, and the most of one turn of the event loop. */
async function measure(units: () => number, work: Promise<unknown>) {
  const start = units();
  let [working, longestTurn, before] = [true, 0, start];
  const done = work.finally(() => (working = false));
  while (working) {
    await nextTurn();
    longestTurn = Math.max(longestTurn, units() - before);
    before = units();
  }
  await done;
  return { units: units() - start, longestTurn };
}

/** For each file, its index; for each agent, a part in each file, and a session of each file. */
const ALL_UNITS = FILES + AGENTS * 2 * FILES;

test('builds the sessions of many agents in slices, once for all concurrent and later queries', async () => {
  const { ask, units } = createFixture(2 ** 28);
  const first = await measure(units, Promise.all([ask(AGENTS), ask(AGENTS)]));
  // Both queries parse the indexes, because they are read at the same time.
  expect(first.units).toBeLessThanOrEqual(ALL_UNITS + FILES);
  expect(first.longestTurn).toBeLessThanOrEqual(6);
  const answers = await ask(AGENTS);
  expect(answers.every((sessions) => sessions.length === FILES)).toBe(true);
  const again = await measure(units, ask(AGENTS, files.slice()));
  expect(again.units).toBe(0);
  expect((await ask(1))[0]).toBe(answers[0]);
});

test('builds only the agents that are asked for, and again for other files', async () => {
  const { ask, units } = createFixture(2 ** 28);
  await ask(1);
  expect(units()).toBe(FILES + 2 * FILES);
  expect((await ask(1, files.slice(1)))[0]).toHaveLength(FILES - 1);
  expect(units()).toBe(FILES + 2 * FILES + 2 * (FILES - 1));
});

test('keeps no more than its space', async () => {
  const { ask, units } = createFixture(2 ** 20);
  const answers = await ask(AGENTS);
  const before = units();
  expect(await ask(AGENTS)).toEqual(answers);
  expect(units() - before).toBeGreaterThan(ALL_UNITS / 2);
  const tiny = createFixture(1);
  expect(await tiny.ask(1)).toEqual(answers.slice(0, 1));
});

test('counts the texts that an opened file keeps alive after the cache has evicted it', async () => {
  const { ask, store } = createFixture(2 ** 28);
  const records = JSON.stringify(['session', '0,3,,,,,;', null, 'p'.repeat(1_000_000)]);
  const value = toStoredFile({
    agents: { 0: { names, records } },
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
  await ask(0, [{ value, fetchedAt: 0, servedFrom: 'CACHE' }]);
  expect(store.calculatedSize).toBeGreaterThanOrEqual(1_000_000);
});

test('reports an unexpected error to each query, and forgets it', async () => {
  const { ask } = createFixture(2 ** 28);
  const broken = toStoredFile({
    agents: { 0: { names, records: '[' } },
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
  const set = [{ value: broken, fetchedAt: 0, servedFrom: 'CACHE' as const }];
  for (let attempt = 0; attempt < 2; attempt++) await expect(ask(1, set)).rejects.toThrow(SyntaxError);
});
