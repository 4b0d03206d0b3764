import { expect, test } from '@jest/globals';
import type { InteractionQuery } from '../../domain/interaction.ts';
import type { AgentQuestion, Held, Question } from '../estimate.ts';
import { estimateInteractions } from './estimate.ts';

const nothing: Held = { has: () => false, tokens: false };

const latest = (refs: readonly string[], query: Partial<InteractionQuery> = {}): Question => ({
  capability: 'latestInteractions',
  query: { size: 1, type: null, activeLiveFirst: null, ...query },
  whom: { key: refs.join(), refs, most: refs.length, others: 'none' },
  together: 'listed',
});

interface Given {
  readonly held?: Held;
  readonly version?: 1 | 2;
  readonly holdsToken?: boolean;
}

/** Calls for a token and for interactions. */
const calls = (questions: readonly Question[], { held = nothing, version = 2, holdsToken = false }: Given = {}) =>
  estimateInteractions(version, { holdsToken: () => holdsToken })(questions, 0, held).map((charge) => charge.calls);

test.each<[string, readonly Question[], readonly number[]]>([
  ['each agent is a call, and all of them need one token', [latest(['01', '02'])], [1, 2]],
  [
    'each way of asking is another',
    [latest(['01']), latest(['01'], { size: 5 }), latest(['01'], { type: 'CHAT' })],
    [1, 3],
  ],
  ['the same question is one', [latest(['01']), latest(['01', '02'])], [1, 2]],
  ['a size that goes without saying is no other question', [latest(['01']), latest(['01'], { size: 1 })], [1, 1]],
  ['without a question there is no need of a token', [], [0, 0]],
])('%s', (_title, questions, expected) => {
  expect(calls(questions)).toEqual(expected);
});

test('version 1 is asked the same whatever the size, and nothing that it does not know', () => {
  const questions = [latest(['01']), latest(['01'], { size: 5 }), latest(['02'], { type: 'CHAT' })];
  expect(calls(questions, { version: 1 })).toEqual([1, 1]);
});

test('questions of other kinds are no calls', () => {
  const { whom, together } = latest(['01']) as AgentQuestion;
  const during = { from: '2026-11-14', to: '2026-11-20', timeZone: 'UTC' };
  const others: readonly Question[] = [
    { capability: 'discover' },
    { capability: 'currentStatus', whom, together },
    { capability: 'usageStats', query: { during, parts: new Set(['usage'] as const) }, whom, together },
  ];
  for (const version of [1, 2] as const) {
    expect(calls(others, { version })).toEqual([0, 0]);
    expect(calls([...others, latest(['01'])], { version })).toEqual([1, 1]);
  }
});

test('what is there is not called for, nor is a token that is held', () => {
  const held: Held = { tokens: true, has: (space, key) => space.canonical(key)[0] === '01' };
  expect(calls([latest(['01', '02'])], { held })).toEqual([1, 1]);
  expect(calls([latest(['01', '02'])], { held, holdsToken: true })).toEqual([0, 1]);
  expect(calls([latest(['01'])], { held })).toEqual([0, 0]);
  // Were nothing there, a token would be needed as well.
  expect(calls([latest(['01'])], { holdsToken: true })).toEqual([1, 1]);
});
