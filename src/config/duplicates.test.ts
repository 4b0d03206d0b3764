import { expect, test } from '@jest/globals';
import { findDuplicates, toListedEntry, toListedPerson, withoutRepeatedPairs } from './duplicates.ts';
import { showValues } from './named-value.ts';

const mapping = { id: 'ID', names: [], email: 'Mail', team: null, kind: null, accounts: new Map<string, string>() };
function entryOf(index: number) {
  return toListedEntry(['agents'], index, () => 'c.yaml:7');
}
function personOf(line: number) {
  const record = { line, values: () => [] };
  return toListedPerson({ entry: { id: 'x', kind: 'human', accounts: {} }, file: 'p.csv', record, mapping });
}

test('reports what an earlier entry has, with the name of that entry', () => {
  const [entry, person] = [entryOf(0), personOf(3)];
  const claims = [entry, entry, entryOf(1), person, personOf(4)].map((owner) => ({
    entry: owner,
    path: ['id'],
    value: 'a',
    shown: 'a',
  }));
  const issues = findDuplicates('id', claims).map(({ issue: { message, ...place } }) => ({
    ...place,
    message: showValues(message),
  }));
  expect(issues).toEqual([
    { path: ['agents', 1, 'id'], message: 'is the same id as in agents[0]: a' },
    { path: ['ID'], source: { file: 'p.csv', line: 3 }, message: 'is the same id as in agents[0] (c.yaml:7): a' },
    { path: ['ID'], source: { file: 'p.csv', line: 4 }, message: 'is the same id as in agents[0] (c.yaml:7): a' },
  ]);
  expect(
    findDuplicates('id', [
      { entry, path: ['id'], value: undefined },
      { entry: person, path: ['id'], value: undefined },
    ]),
  ).toEqual([]);
});

test('names a person by file and line', () => {
  const claims = [personOf(3), personOf(4)].map((entry) => ({ entry, path: ['email'], value: 'a' }));
  expect(findDuplicates('address', claims)[0]?.issue).toEqual({
    path: ['Mail'],
    source: { file: 'p.csv', line: 4 },
    message: 'is the same address as in p.csv:3',
  });
});

test('keeps the first report of two entries, in whichever order', () => {
  const [a, b, c] = [entryOf(0), entryOf(1), entryOf(2)];
  const issueOf = (message: string) => ({ path: [], message });
  expect(
    withoutRepeatedPairs([
      { issue: issueOf('1'), entry: a, earlierEntry: b },
      { issue: issueOf('2'), entry: b, earlierEntry: a },
      { issue: issueOf('3'), entry: a, earlierEntry: c },
      { issue: issueOf('4'), entry: a, earlierEntry: b },
    ]).map(({ message }) => message),
  ).toEqual(['1', '3']);
});
