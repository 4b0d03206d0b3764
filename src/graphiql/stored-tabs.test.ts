import { expect, test } from '@jest/globals';
import { createTextStorage } from '../../test/support/text-storage.ts';
import { toExample } from './example.ts';
import { restoreTabs } from './stored-tabs.ts';

const DAY = '# A day.\nquery Day { a }\n';
const NOW = '# Now.\nquery Now { a }\n';
function listExamples(now: number) {
  return [toExample(DAY, { to: now }), toExample(NOW)];
}

function variablesAt(now: number) {
  return listExamples(now)[0]?.variables;
}

function restore(tabs: readonly object[], activeTabIndex = 0, entries: Readonly<Record<string, string>> = {}) {
  const storage = createTextStorage({ 'graphiql:tabState': JSON.stringify({ tabs, activeTabIndex }), ...entries });
  const content = restoreTabs({ storage, listExamples, now: 2000 });
  const state = JSON.parse(storage.getItem('graphiql:tabState') ?? 'null') as {
    tabs: object[];
    activeTabIndex: number;
  };
  return { content, state, storage };
}
function tab(query: string, variables: unknown = null) {
  return { id: 'x', title: 't', query, variables };
}

test('returns null on a first visit, and remembers its time', () => {
  const storage = createTextStorage();
  expect(restoreTabs({ storage, listExamples, now: 1000 })).toBeNull();
  expect([...storage.stored]).toEqual([['switchboard:examplesTime', '1000']]);
});

test.each(['{', '7', '{"tabs":[]}', '{"tabs":7,"activeTabIndex":0}', '{"tabs":[{}],"activeTabIndex":"0"}'])(
  'takes %s for a first visit',
  (text) => {
    const storage = createTextStorage({ 'graphiql:tabState': text });
    expect(restoreTabs({ storage, listExamples, now: 1000 })).toBeNull();
  },
);

test('returns the active tab, and removes what GraphiQL would open as another one', () => {
  const { content, storage, state } = restore([tab(NOW), tab('{ mine }', '{"x":1}')], 1, {
    'graphiql:query': '{ mine }',
    'graphiql:variables': '{}',
    'graphiql:theme': 'dark',
  });
  expect(content).toEqual({ query: '{ mine }', variables: '{"x":1}' });
  expect(state.tabs).toHaveLength(2);
  expect([...storage.stored.keys()].sort()).toEqual([
    'graphiql:tabState',
    'graphiql:theme',
    'switchboard:examplesTime',
  ]);
});

test('renews the variables of an example for the present', () => {
  const { content, state } = restore([tab(DAY, variablesAt(1000))], 0, { 'switchboard:examplesTime': '1000' });
  expect(content?.variables).toBe(variablesAt(2000));
  expect(state.tabs).toEqual([tab(DAY, variablesAt(2000))]);
});

test('keeps variables that are edited', () => {
  const edited = '{ "to": 1000 }';
  expect(restore([tab(DAY, edited)], 0, { 'switchboard:examplesTime': '1000' }).content?.variables).toBe(edited);
});

test('merges tabs that earlier visits have doubled, and stays in the active one', () => {
  const { state } = restore([tab(NOW), tab(DAY, '{}'), tab(NOW, ''), tab(DAY, '{"x":1}'), tab(DAY, '{}')], 4);
  expect(state).toEqual({ tabs: [tab(NOW), tab(DAY, '{}'), tab(DAY, '{"x":1}')], activeTabIndex: 1 });
});
