import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NoUnusedFragmentsRule, NoUnusedVariablesRule, parse, specifiedRules, validate } from 'graphql';
import { invalidTexts, schema, validTexts } from '../../test/support/invalid-documents.ts';
import { mutateDocument } from '../../test/support/mutate-document.ts';
import { randomDocument } from '../../test/support/random-documents.ts';
import { createRandomWorld } from '../../test/support/random-world.ts';
import { isValidDocument } from './validate-document.ts';

/** Random documents have parts that nothing uses. */
const lenientRules = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule && rule !== NoUnusedFragmentsRule);

describe('isValidDocument beside graphql-js', () => {
  test('accepts the same of random documents, and of what is left of them after random changes', () => {
    const world = createRandomWorld();
    const seen = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(
        fc.noShrink(fc.nat()),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }),
        (seed, fields, changes) => {
          const document = mutateDocument(randomDocument(world, seed, fields), changes);
          fc.pre(document !== null);
          const isValid = validate(world, document, lenientRules).length === 0;
          expect(isValidDocument(world, document, lenientRules)).toBe(isValid);
          seen[isValid ? 'valid' : 'invalid'] += 1;
        },
      ),
      { numRuns: 500 },
    );
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(20);
  });

  test.each(validTexts)('accepts %s', (text) => {
    expect(isValidDocument(schema, parse(text), specifiedRules)).toBe(true);
  });

  test.each(invalidTexts)('rejects %s', (text) => {
    expect(isValidDocument(schema, parse(text), specifiedRules)).toBe(false);
  });
});
