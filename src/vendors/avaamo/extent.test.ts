import { expect, test } from '@jest/globals';
import { extentOf } from './extent.ts';
import { usageNamespace } from './loaders.ts';

test('counts are of one bot, its days, and as many days before them', () => {
  const key = { bot: '2041', from: '2026-11-18', to: '2026-11-19', offsetSeconds: 3600 };
  expect(extentOf(usageNamespace.endpoint, usageNamespace.keyParts(key))).toEqual({
    agent: '2041',
    during: { from: Date.parse('2026-11-15T23:00:00Z'), to: Date.parse('2026-11-19T23:00:00Z') },
  });
});
