import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTokenCipher } from './token-encryption.ts';

const seal = createTokenCipher('client secret', 'tokens of kore-main');

test('whatever is sealed is read again, and looks different every time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sealed = seal.seal(text);
      expect(seal.open(sealed)).toBe(text);
      expect(seal.seal(text)).not.toBe(sealed);
    }),
  );
});

test('nothing of the text shows', () => {
  const sealed = seal.seal('CANARY-token');
  expect(sealed).not.toContain('CANARY');
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('CANARY');
});

test('another secret, or another purpose, opens nothing', () => {
  const sealed = seal.seal('token');
  expect(createTokenCipher('another secret', 'tokens of kore-main').open(sealed)).toBeNull();
  expect(createTokenCipher('client secret', 'tokens of kore-test').open(sealed)).toBeNull();
});

test.each(['a token of some length', ''])('whatever is changed in it, it opens no longer: %p', (text) => {
  const sealed = Buffer.from(seal.seal(text), 'base64url');
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(seal.open(changed.toString('base64url'))).toBeNull();
  }
  for (let length = 0; length < sealed.length; length += 1) {
    expect(seal.open(sealed.subarray(0, length).toString('base64url'))).toBeNull();
  }
});

test('garbage opens no more than nothing', () => {
  for (const text of ['', 'x', '{"text":"token"}', 'ж'.repeat(100)]) expect(seal.open(text)).toBeNull();
});
