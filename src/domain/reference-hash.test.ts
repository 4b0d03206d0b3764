import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { avaamo } from '../vendors/avaamo/index.ts';
import { kore } from '../vendors/kore/index.ts';
import { liveperson } from '../vendors/liveperson/index.ts';
import { vonage } from '../vendors/vonage/index.ts';
import { createReferenceHasher, hashOfReference, mayBeReferenceIn } from './reference-hash.ts';

test.each([avaamo, kore, liveperson, vonage].map((vendor) => [vendor.name, vendor] as const))(
  'is equal for all spellings that are one reference to %s',
  (_name, { references }) => {
    const spelling = fc.tuple(
      fc.constantFrom('', ' '),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '@X.de ', 'ß'),
    );
    fc.assert(
      fc.property(spelling, (parts) => {
        const ref = parts.join('');
        const hash = hashOfReference({ account: 'a', ref });
        expect(hashOfReference({ account: 'a', ref: references.canonical(ref) })).toBe(hash);
      }),
      { numRuns: 1000 },
    );
  },
);

test('is the same from a hasher, whatever it was asked for before', () => {
  const text = fc.constantFrom('a', 'b', 'jane@x.de');
  const hash = createReferenceHasher();
  fc.assert(
    fc.property(text, text, (account, ref) => {
      expect(hash({ account, ref })).toBe(hashOfReference({ account, ref }));
    }),
  );
});

test('is below 2^48, and names its account', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, (account, ref) => {
      const hash = hashOfReference({ account, ref });
      expect(hash).toBe(hash % 2 ** 48);
      expect(mayBeReferenceIn(account, hash)).toBe(true);
    }),
  );
  expect(mayBeReferenceIn('lp', hashOfReference({ account: 'kore', ref: 'jane' }))).toBe(false);
});

test('differs for similar references, in all of its bits', () => {
  const refs = Array.from({ length: 20_000 }, (_, index) => `agent-${index}@example.com`);
  const hashes = new Set(refs.map((ref) => hashOfReference({ account: 'kore', ref })));
  // 40 bits have a chance of one in 5,000 that two of so many are equal. These are not.
  expect(hashes.size).toBe(refs.length);
  for (let bit = 0; bit < 40; bit += 1) {
    const set = [...hashes].filter((hash) => Math.floor(hash / 2 ** bit) % 2 === 1).length;
    expect(Math.abs(set / refs.length - 0.5)).toBeLessThan(0.05);
  }
});

// Ids have it: another hash would break the ids that callers have stored.
test('keeps its values', () => {
  const values = [
    { account: 'kore-main', ref: 'jane@example.com' },
    { account: 'lp', ref: '9' },
  ].map((reference) => hashOfReference(reference).toString(16));
  expect(values).toMatchInlineSnapshot(`
    [
      "ba5730598acc",
      "592c3c0cb3b4",
    ]
  `);
});
