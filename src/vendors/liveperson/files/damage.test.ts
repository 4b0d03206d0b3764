import { expect, test } from '@jest/globals';
import { toDamageReason } from './damage.ts';

test('gives damaged files reasons of their own, which no broken connection or endpoint has', () => {
  expect((['truncated', 'malformed', 'corrupt', 'too_large', 'zip'] as const).map(toDamageReason)).toEqual([
    'file_truncated',
    'file_malformed',
    'corrupt',
    'too_large',
    'zip',
  ]);
});
