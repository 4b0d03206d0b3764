import { expect, test } from '@jest/globals';
import { createEntryWatches } from './entry-watch.ts';

function setUp() {
  const watches = createEntryWatches();
  const outdated: string[] = [];
  const start = (name: string, ids: readonly string[]) => {
    const watch = watches.start(() => outdated.push(name));
    watch.add(ids);
    return watch;
  };
  return { watches, outdated, start };
}

test('an entry that is written outdates the responses that depend on it, each once', () => {
  const { watches, outdated, start } = setUp();
  start('first', ['a', 'b']);
  start('second', ['b', 'b', 'c']);
  start('third', ['c']);
  watches.entryWritten('b');
  watches.entryWritten('a');
  expect(outdated).toEqual(['first', 'second']);
  watches.entryWritten('c');
  expect(outdated).toEqual(['first', 'second', 'third']);
});

test('a watch that has ended hears of no entry', () => {
  const { watches, outdated, start } = setUp();
  start('first', ['a']).end();
  watches.entryWritten('a');
  expect(outdated).toEqual([]);
});

test('an outdated watch stays outdated, and keeps no entry that is added later', () => {
  const { watches, outdated, start } = setUp();
  const watch = start('first', ['a']);
  watches.entryWritten('a');
  watch.add(['b']);
  watches.entryWritten('b');
  expect([watch.isOutdated(), watch.size(), outdated]).toEqual([true, 0, ['first']]);
});
