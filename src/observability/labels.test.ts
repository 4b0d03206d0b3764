import { expect, test } from '@jest/globals';
import { toReasonLabel } from './labels.ts';

test.each([
  [undefined, 'none'],
  ['contract', 'contract'],
  ['oauth_token_rejected', 'oauth_token_rejected'],
  ['memory_limit', 'memory_limit'],
  ['status_503', 'status_503'],
  ['status_418', 'status_4xx'],
  ['status_599', 'status_5xx'],
  ['status_999', 'other'],
  ['made up by a vendor', 'other'],
])('labels the reason %s as %s', (reason, label) => {
  expect(toReasonLabel(reason)).toBe(label);
});
