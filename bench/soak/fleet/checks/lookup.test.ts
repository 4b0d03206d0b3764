import { expect, test } from '@jest/globals';
import { checkLookup, type KnownId } from './lookup.ts';
import { toAnswer } from './truthful-answers.ts';

const error = { message: 'down', path: ['nodes', 0] };

test.each<[string | null, KnownId['kind'], boolean, readonly string[]]>([
  ['x', 'agent', false, []],
  ['y', 'agent', false, ['look-up of another node']],
  [null, 'agent', false, ['look-up lost']],
  [null, 'agent', true, ['look-up failed']],
  [null, 'status period', false, ['look-up lost']],
  [null, 'status period', true, []],
  [null, 'interaction', false, []],
])('for the answer %p to the id x of a %s, with an error: %p, finds %j', (id, kind, hasError, checks) => {
  const data = { nodes: [id === null ? null : { __typename: 'Node', id }] };
  const answer = toAnswer(data, { errors: hasError ? [error] : [] });
  expect(checkLookup(answer, [{ id: 'x', kind, seenAt: 0 }]).map(({ check }) => check)).toEqual(checks);
});
