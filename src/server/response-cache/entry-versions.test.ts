import { expect, test } from '@jest/globals';
import { createEntryVersions } from './entry-versions.ts';

function setUp(maxBytes = 10_000) {
  const versions = createEntryVersions(maxBytes);
  const start = (...ids: readonly string[]) => {
    const dependencies = versions.startDependencies();
    dependencies.add(ids);
    return dependencies;
  };
  return { ...versions, start };
}

test('an entry that is written outdates the responses that read it before, and no other', () => {
  const { start, entryWritten } = setUp();
  const before = [start('a', 'b'), start('b', 'b', 'c'), start('c')];
  entryWritten('b');
  const later = start('b');
  expect([...before, later].map((each) => each.areCurrent())).toEqual([false, false, true, true]);
  entryWritten('b');
  expect(later.areCurrent()).toBe(false);
});

test('an entry that is read after it was written is current', () => {
  const { start, entryWritten } = setUp();
  const response = start('a');
  entryWritten('b');
  response.add(['b']);
  expect([response.areCurrent(), response.count()]).toEqual([true, 2]);
  entryWritten('b');
  expect(response.areCurrent()).toBe(false);
});

test('a response that depends on nothing is current', () => {
  expect(setUp().start().areCurrent()).toBe(true);
});

test('above the maximum of bytes, responses are outdated rather than forgotten', () => {
  const { start, entryWritten } = setUp(400);
  const before = start('a', 'b');
  const after = start('c');
  expect([before.areCurrent(), after.areCurrent()]).toEqual([false, true]);
  entryWritten('c');
  expect(after.areCurrent()).toBe(false);
});
