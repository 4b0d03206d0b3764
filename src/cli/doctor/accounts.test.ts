import { describe, expect, test } from '@jest/globals';
import type { Config } from '../../config/schema.ts';
import { compareClocks, describeAccount } from './accounts.ts';

const config = {
  accounts: [
    { name: 'a', baseUrl: new URL('https://a.example.com/x') },
    { name: 'b', baseUrl: new URL('https://b.example.com') },
  ],
} as unknown as Config;

test.each([
  ['ok', 'ok', 'the vendor answers'],
  ['needs_agent', 'skipped', 'not asked: a call needs an agent'],
  ['unsupported', 'skipped', 'not asked: this vendor has no call for it'],
] as const)('describes the outcome %s', (outcome, expected, message) => {
  expect(describeAccount({ account: 'a', outcome }, config)).toMatchObject({
    subject: 'accounts.a',
    outcome: expected,
    message,
  });
});

describe('compareClocks', () => {
  const compare = (aheadMs: Readonly<Record<string, number>>) =>
    compareClocks(config, { aheadMs: (origin) => aheadMs[origin] ?? null, stop: () => undefined });

  test('says nothing where no vendor has answered', () => {
    expect(compare({})).toBeNull();
  });

  test('accepts up to ten seconds', () => {
    const finding = compare({ 'https://a.example.com': -9700, 'https://b.example.com': 20 });
    expect(finding).toEqual({ subject: 'clock', outcome: 'ok', message: 'within 10 s of the vendors’ clocks' });
  });

  test.each([
    [95_000, '95 s ahead of the clock of a'],
    [-95_000, '95 s behind the clock of a'],
  ])('warns of the largest difference, %d ms', (aheadMs, message) => {
    const finding = compare({ 'https://a.example.com': aheadMs, 'https://b.example.com': 12_000 });
    expect(finding).toMatchObject({ outcome: 'warning', message, remedy: expect.stringContaining('NTP') });
  });
});
