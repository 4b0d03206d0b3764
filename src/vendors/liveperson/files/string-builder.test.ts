import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createStringBuilder } from './string-builder.ts';

test('returns all appended texts in order, of any length and alphabet', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.nat({ max: 50_000 }).map((length) => 'x☃'.repeat(length)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const builder = createStringBuilder();
      const wellFormed = parts.map((text) => text.toWellFormed());
      wellFormed.forEach(builder.append);
      expect(builder.toString()).toBe(wellFormed.join(''));
      expect(builder.toString()).toBe(wellFormed.join(''));
    }),
  );
});
