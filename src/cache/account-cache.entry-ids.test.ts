import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCaller, createTestCache, fetching, namespace } from '../../test/support/cache-harness.ts';

/** Also quotes, control characters and halves of surrogate pairs. */
const text = fc.string({ unit: 'binary' });
const keyParts = fc.array(
  fc.oneof(
    text,
    fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u2028', '\ud800', 'a') }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  ),
  { minLength: 1 },
);

test('the id of an entry is the JSON list of its parts, byte for byte: other versions of the gateway read it in Redis', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ name: text, fingerprint: text, endpoint: text, version: fc.nat() }),
      fc.array(keyParts, { minLength: 1, maxLength: 3 }),
      async ({ name, fingerprint, endpoint, version }, keys) => {
        const { cache } = createTestCache({ account: { name, vendor: 'KORE' }, fingerprint });
        const ids: string[] = [];
        const context = { ...createCaller().context, onEntriesRead: (read: readonly string[]) => ids.push(...read) };
        const listed = { ...namespace, endpoint, version, keyParts: (index: number) => keys[index] ?? [] };
        for (const index of keys.keys()) await cache.readMany(listed, [index], context, fetching('value'));
        expect(ids).toEqual(
          keys.map((parts) => JSON.stringify(['KORE', name, fingerprint, endpoint, version, ...parts])),
        );
      },
    ),
  );
});
