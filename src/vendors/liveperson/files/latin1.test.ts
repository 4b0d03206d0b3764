import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { copyString, latin1ToUtf8, toLatin1 } from './latin1.ts';

test('decodes latin1 text of UTF-8 bytes to the original text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const wellFormed = text.toWellFormed();
      const latin1 = toLatin1(Buffer.from(wellFormed));
      expect(latin1).toHaveLength(Buffer.byteLength(wellFormed));
      expect(latin1ToUtf8(latin1)).toBe(wellFormed);
    }),
  );
});

test('copies a string unchanged', () => {
  for (const text of ['', 'a', 'é☃'.repeat(100)]) expect(copyString(text)).toBe(text);
});
