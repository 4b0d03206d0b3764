import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type DocumentNode,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';
import { invalidTexts, schema, validTexts } from '../../test/support/invalid-documents.ts';
import { mutateDocument } from '../../test/support/mutate-document.ts';
import { rulesFor } from './validation-rules.ts';

const texts = [...validTexts, ...invalidTexts];

/** In no particular order. */
function errorsOf(document: DocumentNode, rules: readonly ValidationRule[]): readonly string[] {
  try {
    const errors = validate(schema, document, rules);
    return errors.map(({ message }) => message).toSorted();
  } catch (error) {
    // The rule about subscriptions throws where a condition is a variable.
    return [String(error)];
  }
}

describe('rulesFor', () => {
  test('has each rule of GraphQL once for a text with everything, and no other', () => {
    const rules = rulesFor('query ($a: Int) @b { ...F } fragment F on Query { name }');
    expect(new Set(rules)).toEqual(new Set(specifiedRules));
    expect(rules).toHaveLength(specifiedRules.length);
    expect(rules).not.toContain(NoSchemaIntrospectionCustomRule);
  });

  test('leaves out what cannot find anything', () => {
    expect(rulesFor('{ name }').length).toBeLessThan(specifiedRules.length / 2);
  });

  test.each(invalidTexts)('finds the errors of %s', (text) => {
    expect(errorsOf(parse(text), specifiedRules)).not.toEqual([]);
    expect(errorsOf(parse(text), rulesFor(text))).not.toEqual([]);
  });

  test('finds the errors that all rules find in texts that are changed at random', () => {
    const seen = { valid: 0, invalid: 0 };
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom(...texts), changes, (text, someChanges) => {
        const document = mutateDocument(text, someChanges, texts.join(' '));
        // A definition of types is an error by itself.
        fc.pre(document?.loc !== undefined && document.definitions.every((definition) => 'selectionSet' in definition));
        const expected = errorsOf(document, specifiedRules);
        expect(errorsOf(document, rulesFor(document.loc.source.body))).toEqual(expected);
        seen[expected.length === 0 ? 'valid' : 'invalid'] += 1;
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(50);
  });
});
