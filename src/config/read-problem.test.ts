import { expect, test } from '@jest/globals';
import { describeReadProblem } from './read-problem.ts';

test.each([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'this user has no permission'],
  ['EMFILE', 'EMFILE'],
])('describes %s as "%s"', (code, description) => {
  expect(describeReadProblem(Object.assign(new Error('CANARY'), { code }))).toBe(description);
});
