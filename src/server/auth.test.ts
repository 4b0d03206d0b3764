import { beforeEach, describe, expect, test } from '@jest/globals';
import { apiKeys, type AuthHarness, createAuthHarness, sha256 } from '../../test/support/auth-harness.ts';
import { anonymousCaller } from '../request/caller.ts';
import { createAuthenticator } from './auth.ts';

let harness: AuthHarness;
beforeEach(async () => {
  harness = await createAuthHarness();
});

describe('API keys', () => {
  test('authenticates an API key by its digest', async () => {
    expect(await harness.authenticateBearer('key-one')).toEqual({
      name: 'wallboard',
      accounts: new Set(['kore-main']),
      scopes: new Set(['read']),
      isLasting: true,
    });
  });

  test('accepts API keys that look like a JWT, and keys with all accounts or none', async () => {
    expect(await harness.authenticateBearer('key.two.three')).toMatchObject({ name: 'all', accounts: null });
    expect(await harness.authenticateBearer('key-three')).toMatchObject({ accounts: new Set(), scopes: new Set() });
    expect(harness.state.fetchCount).toBe(0);
  });

  test('accepts the Bearer scheme in any case', async () => {
    expect(await harness.authenticate('bearer  key-one', '127.0.0.1')).toMatchObject({ name: 'wallboard' });
  });
});

describe('failed authentication', () => {
  test.each([
    { what: 'no header', authorization: undefined, failure: 'missing' },
    { what: 'an empty header', authorization: '', failure: 'missing' },
    { what: 'another scheme', authorization: 'Basic a2V5LW9uZQ==', failure: 'malformed_header' },
    { what: 'no scheme', authorization: 'key-one', failure: 'malformed_header' },
    { what: 'a scheme before Bearer', authorization: 'Basic Bearer key-one', failure: 'malformed_header' },
    { what: 'no key', authorization: 'Bearer', failure: 'malformed_header' },
    { what: 'two keys', authorization: 'Bearer a b', failure: 'malformed_header' },
    { what: 'an unknown key', authorization: 'Bearer key-two', failure: 'unknown_key' },
    { what: 'the digest of a key', authorization: `Bearer ${sha256('key-one')}`, failure: 'unknown_key' },
    { what: 'three parts that are not a JWT', authorization: 'Bearer a.b.c', failure: 'malformed' },
    { what: 'a token of the maximum length', authorization: `Bearer ${'x'.repeat(8192)}`, failure: 'unknown_key' },
    { what: 'a token beyond the maximum length', authorization: `Bearer ${'x'.repeat(8193)}`, failure: 'too_long' },
  ])('rejects and counts a request with $what as $failure', async ({ authorization, failure }) => {
    expect(await harness.authenticate(authorization, '127.0.0.1')).toEqual({ failure });
    expect(await harness.metrics.text()).toContain(`switchboard_auth_failures_total{reason="${failure}"} 1`);
  });
});

test('rejects every token as an unknown key if JWT is not configured', async () => {
  const { authenticateBearer, sign } = await createAuthHarness({ apiKeys });
  expect(await authenticateBearer(await sign())).toEqual({ failure: 'unknown_key' });
});

test('authenticates every request as the anonymous caller without an auth configuration', async () => {
  const authenticate = createAuthenticator(undefined, { clock: harness.clock, metrics: harness.metrics });
  expect(await authenticate(undefined, '127.0.0.1')).toBe(anonymousCaller);
  expect(await authenticate('Bearer whatever', '127.0.0.1')).toBe(anonymousCaller);
});
