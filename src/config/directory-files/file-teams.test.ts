import { expect, test } from '@jest/globals';
import { showValues } from '../named-value.ts';
import { createFileTeams } from './file-teams.ts';

function resolveAll(values: readonly string[], mayCreate = true) {
  const teams = createFileTeams([
    { id: 'support-de', name: 'Support Germany' },
    { id: 't2', name: 'Service Süd' },
  ]);
  const ids = values.map((value) => {
    const team = teams.resolve(value, mayCreate);
    return 'id' in team ? team.id : showValues(team.problem);
  });
  return { ids, created: teams.created() };
}

test('finds configured teams by id and name, in any spelling', () => {
  const values = ['support-de', 'Support DE', 'SUPPORT_GERMANY', 't2', 'service  sud'];
  expect(resolveAll(values)).toEqual({ ids: ['support-de', 'support-de', 'support-de', 't2', 't2'], created: [] });
});

test('creates a team once, with the first spelling and an id of its name', () => {
  expect(resolveAll(['Zürich West', 'zurich-west', 'R&D', 'Straße'])).toEqual({
    ids: ['zurich-west', 'zurich-west', 'r-d', 'strasse'],
    created: [
      { id: 'r-d', name: 'R&D' },
      { id: 'strasse', name: 'Straße' },
      { id: 'zurich-west', name: 'Zürich West' },
    ],
  });
});

test('gives teams in other scripts ids of their own, which stay', () => {
  const { ids } = resolveAll(['サポート', 'Поддержка 1', 'Продажи 1']);
  expect(ids).toEqual([
    expect.stringMatching(/^team-[\da-f]{8}$/),
    expect.stringMatching(/^1-/),
    expect.stringMatching(/^1-/),
  ]);
  expect(new Set(ids).size).toBe(3);
  expect(resolveAll(['Продажи 1', 'サポート']).ids).toEqual([ids[2], ids[0]]);
});

test('rejects two teams that would have one id', () => {
  expect(resolveAll(['C++', 'C#']).ids).toEqual([
    'c',
    'would have the same team id as C++, c; list one of them in teams, with an id: C#',
  ]);
});

test('rejects unknown teams where none may be created, with the one that is probably meant', () => {
  expect(resolveAll(['Support German', 'Sales'], false)).toEqual({
    ids: [
      'is not the id or the name of a configured team: Support German; did you mean Support Germany?',
      'is not the id or the name of a configured team: Sales',
    ],
    created: [],
  });
});

test('looks for the probable team of the first unknown ones only, since that takes long', () => {
  const { ids } = resolveAll([...Array.from({ length: 50 }, (_, index) => `other ${index}`), 'Support German'], false);
  expect(ids.at(-1)).toBe('is not the id or the name of a configured team: Support German');
});

test('keeps ids short enough for a directory', () => {
  expect(resolveAll(['x'.repeat(300)]).ids[0]).toHaveLength(100);
});
