import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../domain/clock.ts';
import { createEventLoopYielder, runAtOnce } from '../../domain/event-loop-yielder.ts';
import type { DerivedStore } from '../content-memory.ts';
import type { FileContent, StoredNames } from './files/content.ts';
import { type StoredFile, toStoredFile } from './files/stored-file.ts';
import { createKeptContent } from './kept-content.ts';

const AGENTS = 200;
const FILES = 30;
function storeFile(content: FileContent): StoredFile {
  return runAtOnce(toStoredFile(content));
}

const names: StoredNames = { at: 0, loginName: null, nickname: null, userName: null };

/** A file in which each agent has one session with a login. */
function createFile(number: number): StoredFile {
  const agents = Array.from({ length: AGENTS }, (_, agent) => [
    agent,
    { names, records: JSON.stringify([`${agent}-${number}`, `${number},3,,,,,;`, null, null]) },
  ]);
  return storeFile({
    agents: Object.fromEntries(agents) as Record<string, { names: StoredNames; records: string }>,
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
}

const ALL_TIME = { from: 0, to: 10 ** 12 };

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
    return Promise.all(Array.from({ length: agents }, (_, agent) => kept.sessions(String(agent), fileSet, ALL_TIME)));
  };
  return { ask, kept, store, units: () => units };
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

/** For each agent, a part in each file, and the session of each: to collect them, and to build them. */
const COLLECT_UNITS = AGENTS * 2 * FILES;
const BUILD_UNITS = AGENTS * FILES;

test('builds the sessions of many agents in slices, from records collected once for all queries', async () => {
  const { ask, units } = createFixture(2 ** 28);
  const first = await measure(units, Promise.all([ask(AGENTS), ask(AGENTS)]));
  // Both queries parse the indexes, because they are read at the same time. The second builds what the first has collected.
  expect(first.units).toBeLessThanOrEqual(COLLECT_UNITS + BUILD_UNITS + 2 * FILES);
  expect(first.longestTurn).toBeLessThanOrEqual(6);
  const answers = await ask(AGENTS);
  expect(answers.every((sessions) => sessions.length === FILES)).toBe(true);
  const again = await measure(units, ask(AGENTS, files.slice()));
  expect(again.units).toBe(BUILD_UNITS);
  expect(await ask(1)).toEqual(answers.slice(0, 1));
});

test('builds only the agents that are asked for, and again for other files', async () => {
  const { ask, units } = createFixture(2 ** 28);
  await ask(1);
  expect(units()).toBe(FILES + 2 * FILES);
  expect((await ask(1, files.slice(1)))[0]).toHaveLength(FILES - 1);
  expect(units()).toBe(FILES + 2 * FILES + 2 * (FILES - 1));
});

test('builds only the sessions that may overlap the range', async () => {
  const { kept, units } = createFixture(2 ** 28);
  const change = (at: number) => `${at},1,2,,,,;`;
  const sessions = [
    ['closed', '0,3,,,,,;100,4,,,,,;'],
    ['without a logout', `0,3,,,,,;${change(50)}`],
    ['later', '300,3,,,,,;100,4,,,,,;'],
    ['with a period at its end', `0,3,,,,,;${change(200)}0,4,,,,,;`],
  ];
  const value = storeFile({
    agents: { 0: { names, records: sessions.map((session) => JSON.stringify([...session, null, null])).join('\n') } },
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
  const fileSet = await kept.open([{ value, fetchedAt: 0, servedFrom: 'CACHE' }]);
  const idsDuring = async (from: number, to: number) =>
    (await kept.sessions('0', fileSet, { from, to })).map(({ vendorSessionId }) => vendorSessionId);
  expect(await idsDuring(0, 1000)).toEqual(sessions.map(([id]) => id));
  const before = units();
  expect(await idsDuring(200, 300)).toEqual(['without a logout', 'with a period at its end']);
  expect(units() - before).toBe(2);
});

test('keeps sessions in a tenth of the memory of their objects', async () => {
  const { kept, store } = createFixture(2 ** 28);
  const EVENTS = 68;
  const events = '0,3,,,,,;' + '900000,1,2,1,2,1,4;'.repeat(EVENTS - 1);
  const value = storeFile({
    agents: { 0: { names, records: JSON.stringify(['75555851-1', events, null, null]) } },
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
  const fileSet = await kept.open([{ value, fetchedAt: 0, servedFrom: 'CACHE' }]);
  const opened = store.calculatedSize;
  expect((await kept.sessions('0', fileSet, ALL_TIME))[0]?.events).toHaveLength(EVENTS);
  // Objects take some 20 kB: 112 bytes an event, 152 a period.
  expect(store.calculatedSize - opened).toBeLessThan(2500);
});

test('keeps no more than its space', async () => {
  const { ask, units } = createFixture(2 ** 18);
  const answers = await ask(AGENTS);
  const before = units();
  expect(await ask(AGENTS)).toEqual(answers);
  expect(units() - before).toBeGreaterThan(COLLECT_UNITS / 2);
  const tiny = createFixture(1);
  expect(await tiny.ask(1)).toEqual(answers.slice(0, 1));
});

test('counts the texts that an opened file keeps alive after the cache has evicted it', async () => {
  const { ask, store } = createFixture(2 ** 28);
  const records = JSON.stringify(['session', '0,3,,,,,;', null, 'p'.repeat(1_000_000)]);
  const value = storeFile({
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
  const broken = storeFile({
    agents: { 0: { names, records: '[' } },
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
  const set = [{ value: broken, fetchedAt: 0, servedFrom: 'CACHE' as const }];
  for (let attempt = 0; attempt < 2; attempt++) await expect(ask(1, set)).rejects.toThrow(SyntaxError);
});

test('builds one very long session in slices', async () => {
  const { kept, units } = createFixture(2 ** 28);
  const EVENTS = 60_000;
  const record = JSON.stringify(['75555851-1', '1000,1,2,1,2,1,4;1000,1,3,2,1,2,4;'.repeat(300), null, null]);
  const value = storeFile({
    agents: {
      0: {
        names,
        records: Array<string>(EVENTS / 600)
          .fill(record)
          .join('\n'),
      },
    },
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
  const fileSet = await kept.open([{ value, fetchedAt: 0, servedFrom: 'CACHE' }]);
  const before = units();
  const work = kept.sessions('0', fileSet, ALL_TIME);
  const { longestTurn } = await measure(units, work);
  expect((await work)[0]?.events).toHaveLength(600);
  expect(longestTurn).toBeLessThanOrEqual(6);
  // Records are decoded, and every thousand events are sorted, merged and compared, each between turns.
  expect(units() - before).toBeGreaterThan((2 * EVENTS) / 600 + (4 * EVENTS) / 1000);
});

test('drops what is derived for this account, and nothing of another', async () => {
  const { ask, kept, store } = createFixture(2 ** 28);
  await ask(2, files.slice(0, 1));
  const others = [{}, '["lp-2","key","1"]'];
  for (const other of others) store.set(other, {}, { size: 1 });
  kept.clear();
  expect([...store.keys()].toReversed()).toEqual(others);
});
