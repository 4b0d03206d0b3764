import { expect, test } from '@jest/globals';
import { toExample } from './example.ts';

test('takes the name of the operation, and the first sentence of the comment', () => {
  const query = '# Who is\n# here? And since when?\n#\n# More.\nquery WhoIsHere {\n  a\n}\n';
  expect(toExample(query, { day: 1 }, 'plan')).toEqual({
    name: 'WhoIsHere',
    sentence: 'Who is here?',
    query,
    variables: '{\n  "day": 1\n}',
    explain: 'plan',
  });
});

test('takes the whole paragraph where it has no end, and needs no variables', () => {
  expect(toExample('# All changes\nsubscription Changes { a }')).toMatchObject({
    name: 'Changes',
    sentence: 'All changes',
    variables: null,
    explain: 'off',
  });
});
