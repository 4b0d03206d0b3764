import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../../test/support/cache-harness.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { createFileWatch } from './file-watch.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A watch of files, whose events the test sends. */
async function setUp(names: readonly string[]) {
  const clock = manualClock();
  const listeners = new Map<string, () => void>();
  const state = { changes: 0 };
  const fileWatch = createFileWatch({
    clock,
    onChange: () => (state.changes += 1),
    watch: (watched, onEvent) => {
      listeners.set(watched, onEvent);
      return () => listeners.delete(watched);
    },
  });
  await fileWatch.setFiles(names.map((name) => join(folder, name)));
  /** Lets time pass in small steps, with time for what is read from files. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 250) {
      clock.advance(250);
      for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
    }
  };
  await pass(500);
  return { clock, listeners, state, fileWatch, pass, event: () => listeners.get(folder)?.() };
}

test('reports a change once the file is the same for a moment', async () => {
  await writeFile(join(folder, 'a'), '1');
  const { state, pass, event } = await setUp(['a']);
  event();
  await pass(1000);
  expect(state.changes).toBe(0);
  await writeFile(join(folder, 'a'), '12');
  event();
  await pass(250);
  expect(state.changes).toBe(0);
  await writeFile(join(folder, 'a'), '123');
  event();
  await pass(250);
  expect(state.changes).toBe(0);
  await pass(1000);
  expect(state.changes).toBe(1);
  await pass(20_000);
  expect(state.changes).toBe(1);
});

test('looks at the files regularly without any event', async () => {
  const { state, pass, fileWatch, clock } = await setUp(['a']);
  await writeFile(join(folder, 'a'), '1');
  await pass(11_000);
  expect(state.changes).toBe(1);
  fileWatch.close();
  expect(clock.pendingTimers()).toBe(0);
});

test('reports nothing of a file that is as before again', async () => {
  await writeFile(join(folder, 'a'), '1');
  const { state, pass, event } = await setUp(['a']);
  await rename(join(folder, 'a'), join(folder, 'b'));
  event();
  await pass(250);
  await rename(join(folder, 'b'), join(folder, 'a'));
  await pass(1000);
  expect(state.changes).toBe(0);
});

test('keeps what is known of files that it goes on watching, and forgets others', async () => {
  await writeFile(join(folder, 'a'), '1');
  const { state, pass, fileWatch, listeners } = await setUp(['a']);
  await writeFile(join(folder, 'a'), '12');
  await fileWatch.setFiles([join(folder, 'a'), join(folder, 'b')]);
  await pass(1000);
  expect(state.changes).toBe(1);
  await fileWatch.setFiles([]);
  await writeFile(join(folder, 'a'), '123');
  await pass(11_000);
  expect([state.changes, listeners.size]).toEqual([1, 0]);
});

test('watches the folder of a link and that of the file itself', async () => {
  const target = await mkdtemp(join(tmpdir(), 'watch-'));
  await writeFile(join(target, 'real'), '1');
  await symlink(join(target, 'real'), join(folder, 'link'));
  const { listeners } = await setUp(['link']);
  expect([...listeners.keys()].toSorted()).toEqual([folder, target].toSorted());
  await rm(target, { recursive: true });
});

test('receives events of the system for a file that is replaced', async () => {
  await writeFile(join(folder, 'a'), '1');
  const clock = manualClock();
  let changes = 0;
  const fileWatch = createFileWatch({ clock, onChange: () => (changes += 1) });
  await fileWatch.setFiles([join(folder, 'a'), join(folder, 'missing', 'b')]);
  // What is looked at once after the start.
  clock.advance(250);
  await new Promise(setImmediate);
  const before = clock.pendingTimers();
  await writeFile(join(folder, 'new'), '2');
  await rename(join(folder, 'new'), join(folder, 'a'));
  await waitUntil(() => clock.pendingTimers() > before);
  await waitUntil(() => {
    clock.advance(250);
    return changes > 0;
  });
  expect(changes).toBe(1);
  fileWatch.close();
});
