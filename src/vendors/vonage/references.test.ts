import { expect, test } from '@jest/globals';
import { references } from './references.ts';

test.each(['01', '1', 'a/b', 'Zoë 7', 'jane@example.com'])(
  'accepts %j as an agent’s id, unchanged and not an e-mail address',
  (ref) => {
    expect(references.problem(ref)).toBeNull();
    expect(references.canonical(ref)).toBe(ref);
    expect(references.email(ref)).toBeNull();
  },
);
