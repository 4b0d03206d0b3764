import * as crypto from 'node:crypto';
import { expect, jest, test } from '@jest/globals';

const compare = jest.fn(crypto.timingSafeEqual);
jest.unstable_mockModule('node:crypto', () => ({ ...crypto, timingSafeEqual: compare }));
const { createApiKeys } = await import('../../src/server/api-keys.ts');
const { apiKeys, sha256 } = await import('./auth-support.ts');

test.each(['key-one', 'key-three', 'nobody’s'])(
  '%s is compared by its digest, in constant time, with every digest',
  (key) => {
    compare.mockClear();
    const found = createApiKeys(apiKeys)(key);
    expect(found?.name).toBe(apiKeys.find((known) => known.sha256.toLowerCase() === sha256(key))?.name);
    const digests = compare.mock.calls.map((pair) => pair.map((one) => Buffer.from(one as Uint8Array).toString('hex')));
    expect(digests).toEqual(apiKeys.map((known) => [known.sha256.toLowerCase(), sha256(key)]));
  },
);
