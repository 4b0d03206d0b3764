import * as crypto from 'node:crypto';
import { expect, jest, test } from '@jest/globals';

const compareSpy = jest.fn(crypto.timingSafeEqual);
jest.unstable_mockModule('node:crypto', () => ({ ...crypto, timingSafeEqual: compareSpy }));
const { createApiKeyVerifier } = await import('./api-keys.ts');
const { apiKeys, sha256 } = await import('../../test/support/auth-harness.ts');

test.each(['key-one', 'key-three', 'unknown-key'])(
  'compares the digest of %s with every configured digest in constant time',
  (key) => {
    compareSpy.mockClear();
    const caller = createApiKeyVerifier(apiKeys)(key);
    expect(caller?.name).toBe(apiKeys.find((known) => known.sha256.toLowerCase() === sha256(key))?.name);
    const digests = compareSpy.mock.calls.map((pair) =>
      pair.map((digest) => Buffer.from(digest as Uint8Array).toString('hex')),
    );
    expect(digests).toEqual(apiKeys.map((known) => [known.sha256.toLowerCase(), sha256(key)]));
  },
);
