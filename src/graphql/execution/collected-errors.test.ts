import { expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { addPath } from 'graphql/jsutils/Path.js';
import { CollectedErrors } from './collected-errors.ts';

test('leaves out errors below a position that is null already', () => {
  const collected = new CollectedErrors();
  const agents = addPath(undefined, 'agents', 'Query');
  const [first, second] = [addPath(agents, 0, undefined), addPath(agents, 1, undefined)];
  const add = (message: string, path: typeof agents | undefined) => {
    collected.add(new GraphQLError(message), path);
  };
  add('first', first);
  add('below the first', addPath(first, 'name', 'Agent'));
  add('below the second', addPath(second, 'name', 'Agent'));
  add('second', second);
  add('everything', undefined);
  add('too late', agents);
  expect(collected.errors.map(({ message }) => message)).toEqual(['first', 'below the second', 'second', 'everything']);
  expect(collected.occurred).toBe(6);
});
