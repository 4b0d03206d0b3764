import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../../test/support/cache-harness.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { flushPromises } from '../../../test/support/flush-promises.ts';
import { createFileWatch } from './file-watch.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A watch of files whose versions and events the test sets. */
async function setUp(names: readonly string[]) {
  const clock = manualClock();
  const listeners = new Map<string, () => void>();
  const versions = new Map<string, string>();
  const state = { changes: 0 };
  const fileWatch = createFileWatch({
    clock,
    onChange: () => (state.changes += 1),
    readVersion: (file) => Promise.resolve(versions.get(basename(file)) ?? 'missing'),
    watch: (watched, onEvent) => {
      listeners.set(watched, onEvent);
      return () => listeners.delete(watched);
    },
  });
  const setFiles = (files: readonly string[]) => fileWatch.setFiles(files.map((name) => join(folder, name)));
  await setFiles(names);
  /** Lets time pass in small steps. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 250) {
      clock.advance(250);
      await flushPromises();
    }
  };
  await pass(500);
  const change = (name: string, version: string) => {
    versions.set(name, version);
    listeners.get(folder)?.();
  };
  return { clock, listeners, versions, state, fileWatch, setFiles, pass, change };
}

test('reports a change once the file is the same for a moment', async () => {
  const { state, pass, change } = await setUp(['a']);
  for (const version of ['1', '2']) {
    change('a', version);
    await pass(250);
    expect(state.changes).toBe(0);
  }
  await pass(250);
  expect(state.changes).toBe(1);
  await pass(20_000);
  expect(state.changes).toBe(1);
});

test('looks at the files regularly without any event', async () => {
  const { state, pass, versions, fileWatch, clock } = await setUp(['a']);
  versions.set('a', '1');
  await pass(11_000);
  expect(state.changes).toBe(1);
  fileWatch.close();
  expect(clock.pendingTimers()).toBe(0);
});

test('reports nothing of a file that is as before again', async () => {
  const { state, pass, change } = await setUp(['a']);
  change('a', '1');
  await pass(250);
  change('a', 'missing');
  await pass(11_000);
  expect(state.changes).toBe(0);
});

test('keeps what is known of files that it goes on watching, and forgets others', async () => {
  const { state, pass, versions, setFiles, listeners } = await setUp(['a']);
  versions.set('a', '1');
  await setFiles(['a', 'b']);
  await pass(1000);
  expect(state.changes).toBe(1);
  await setFiles([]);
  versions.set('a', '2');
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
