import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createStringBuilder } from './string-builder.ts';

test('holds all that was appended, in order, whatever the lengths and the alphabet', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.nat({ max: 50_000 }).map((length) => 'x☃'.repeat(length)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const tape = createStringBuilder();
      const wellFormed = pieces.map((text) => text.toWellFormed());
      wellFormed.forEach(tape.append);
      expect(tape.toString()).toBe(wellFormed.join(''));
      expect(tape.toString()).toBe(wellFormed.join(''));
    }),
  );
});
