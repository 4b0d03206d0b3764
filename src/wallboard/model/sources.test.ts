import { expect, test } from '@jest/globals';
import { summariseSources } from './sources.ts';

test('counts each account once, by the worst that is reported of it', () => {
  const trouble = (account: string, outcome: 'STALE' | 'PARTIAL' | 'FAILED') => ({ account, outcome, reason: 'x' });
  const troubles = [trouble('a', 'STALE'), trouble('a', 'FAILED'), trouble('a', 'PARTIAL'), trouble('d', 'PARTIAL')];
  expect(summariseSources(['a', 'b', 'c'], troubles)).toEqual({
    total: 4,
    ok: 2,
    troubles: [trouble('a', 'FAILED'), trouble('d', 'PARTIAL')],
  });
  expect(summariseSources(['a'], [])).toEqual({ total: 1, ok: 1, troubles: [] });
});
