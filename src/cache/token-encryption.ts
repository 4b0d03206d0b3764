import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts and authenticates texts (AEAD): without the secret they can be neither read nor forged. */
export interface TokenCipher {
  readonly seal: (text: string) => string;
  /** Returns null for a text that was not sealed with this secret for this purpose. */
  readonly open: (sealed: string) => string | null;
}

/** Uses AES-256-GCM (NIST SP 800-38D) with a key for one purpose, derived from the secret by HKDF (RFC 5869). */
export function createTokenCipher(secret: string, purpose: string): TokenCipher {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32));
  return {
    seal(text) {
      // Random: one key seals a token every few minutes, so two nonces never collide.
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      const tagOffset = NONCE_BYTES;
      const textOffset = NONCE_BYTES + TAG_BYTES;
      try {
        // The tag length is explicit, since a shorter tag would be easier to guess.
        const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, tagOffset), { authTagLength: TAG_BYTES });
        decipher.setAuthTag(bytes.subarray(tagOffset, textOffset));
        return Buffer.concat([decipher.update(bytes.subarray(textOffset)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}
