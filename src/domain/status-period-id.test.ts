import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodePeriodId } from './status-period-id.ts';

function expectedId(account: string, ref: string, start: number, hash: number): string {
  return Buffer.from(['P', account, ref, start.toString(36), hash.toString(36)].join('\n')).toString('base64url');
}

test('encodes the parts of every period', () => {
  // Numbers around every power of 36.
  const name = fc.oneof(fc.constantFrom('a', 'b', 'jane@example.com', 'Jürgen', '漢字'), fc.string({ unit: 'binary' }));
  const near = (max: number) =>
    fc
      .tuple(fc.nat({ max: 11 }), fc.integer({ min: -1, max: 1 }))
      .map(([power, offset]) => Math.min(max, Math.max(0, 36 ** power + offset)));
  const start = fc.oneof(near(Number.MAX_SAFE_INTEGER), fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER));
  const hash = fc.oneof(near(2 ** 32 - 1), fc.nat({ max: 2 ** 32 - 1 }), fc.constant(2 ** 32 - 1));
  const periods = fc.array(fc.record({ account: name, ref: name, start, hash }), { maxLength: 8 });
  fc.assert(
    fc.property(periods, (list) => {
      for (const period of list) {
        const id = expectedId(period.account, period.ref, period.start, period.hash);
        expect(encodePeriodId(period, period.hash)).toBe(id);
      }
    }),
    { numRuns: 1000 },
  );
});
