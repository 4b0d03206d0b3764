import { expect, test } from '@jest/globals';
import { createEntryMatcher, type DataExtent, endpointOf, type PurgeRule, toIdPrefix } from './purge-rule.ts';

const idPrefix = toIdPrefix('KORE', 'kore-main', 'a "fingerprint"');

function idOf(...keyParts: readonly unknown[]): string {
  return JSON.stringify(['KORE', 'kore-main', 'a "fingerprint"', 'status', 2, ...keyParts]);
}

/** Keys are an agent (null: all of them), a start and an end (null: any time), or `list`. */
function extentOf(_endpoint: string, [agent, from, to]: readonly unknown[]): DataExtent | null {
  if (agent === 'list') return null;
  const during = typeof from === 'number' ? { from, to: Number(to) } : null;
  return { agent: agent as string | null, during };
}

function matches(rule: Partial<PurgeRule>, ...keyParts: readonly unknown[]): boolean {
  const complete = { idPrefix, agents: null, from: null, to: null, ...rule };
  return createEntryMatcher(complete, extentOf)(idOf(...keyParts));
}

test('finds the endpoint of an id', () => {
  expect(endpointOf(idOf('a'))).toBe('status');
});

test('a rule without agents and times matches every entry of the account, and no other', () => {
  expect([matches({}, 'list'), matches({}, 'a', 0, 1)]).toEqual([true, true]);
  const other = createEntryMatcher({ idPrefix, agents: null, from: null, to: null }, extentOf);
  expect(other(JSON.stringify(['KORE', 'kore-main-2', 'a "fingerprint"', 'status', 2, 'a']))).toBe(false);
});

test.each<[Partial<PurgeRule>, readonly unknown[], boolean]>([
  [{ agents: ['a'] }, ['a', 0, 10], true],
  [{ agents: ['a'] }, ['b', 0, 10], false],
  [{ agents: ['a'] }, [null, 0, 10], true],
  [{ agents: ['a'] }, ['list'], false],
  [{ agents: [] }, ['a', 0, 10], false],
  [{ from: 10 }, ['a', 0, 10], false],
  [{ from: 9 }, ['a', 0, 10], true],
  [{ to: 0 }, ['a', 0, 10], false],
  [{ to: 1 }, ['a', 0, 10], true],
  [{ from: 5, to: 6 }, ['list'], false],
  [{ from: 5, to: 6 }, ['a'], true],
  [{ agents: ['a'], from: 20, to: 30 }, ['a', 0, 10], false],
])('the rule %j and the entry %j: %s', (rule, keyParts, expected) => {
  expect(matches(rule, ...keyParts)).toBe(expected);
});

test('without knowledge of what entries hold, a rule of one agent matches all of the account', () => {
  const rule = { idPrefix, agents: ['a'], from: 0, to: 1 };
  expect(createEntryMatcher(rule, undefined)(idOf('b', 5, 6))).toBe(true);
});
