import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTokenCipher } from './token-encryption.ts';

const cipher = createTokenCipher('client secret', 'tokens of kore-main');

test('opens any text that it sealed, and seals it differently each time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sealed = cipher.seal(text);
      expect(cipher.open(sealed)).toBe(text);
      expect(cipher.seal(text)).not.toBe(sealed);
    }),
  );
});

test('reveals nothing of the sealed text', () => {
  const sealed = cipher.seal('CANARY-token');
  expect(sealed).not.toContain('CANARY');
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('CANARY');
});

test('returns null for another secret or another purpose', () => {
  const sealed = cipher.seal('token');
  expect(createTokenCipher('another secret', 'tokens of kore-main').open(sealed)).toBeNull();
  expect(createTokenCipher('client secret', 'tokens of kore-test').open(sealed)).toBeNull();
});

test.each(['a token of some length', ''])(
  'returns null for every changed or truncated version of a sealed text: %p',
  (text) => {
    const sealed = Buffer.from(cipher.seal(text), 'base64url');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(cipher.open(changed.toString('base64url'))).toBeNull();
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(cipher.open(sealed.subarray(0, length).toString('base64url'))).toBeNull();
    }
  },
);

test('returns null for a text that was never sealed', () => {
  for (const text of ['', 'x', '{"text":"token"}', 'ж'.repeat(100)]) expect(cipher.open(text)).toBeNull();
});
