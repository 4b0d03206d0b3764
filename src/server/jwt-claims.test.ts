import { beforeAll, describe, expect, test } from '@jest/globals';
import { type AuthHarness, createAuthHarness, jwt } from '../../test/support/auth-harness.ts';

/** The scopes and accounts of the caller of a token that is signed with these claims. */
async function signIn({ sign, authenticateBearer }: AuthHarness, claims: Record<string, unknown>) {
  const caller = await authenticateBearer(await sign(claims));
  if ('failure' in caller) throw new Error(caller.failure);
  return { scopes: [...caller.scopes], accounts: caller.accounts && [...caller.accounts] };
}

function withClaims(claims: Partial<typeof jwt.claims>) {
  return createAuthHarness({ jwt: { ...jwt, claims: { ...jwt.claims, ...claims } } });
}

describe('the claims scope and accounts', () => {
  let harness: AuthHarness;
  beforeAll(async () => {
    harness = await createAuthHarness();
  });

  test('grant read and all accounts where the token has neither', async () => {
    expect(await signIn(harness, {})).toEqual({ scopes: ['read'], accounts: null });
  });

  test.each([
    ['text', { scope: 'openid introspect metrics', accounts: 'lp  vcc ' }],
    ['lists', { scope: ['openid', 'introspect', 'metrics'], accounts: ['lp', 'vcc'] }],
  ])('are read as %s; scopes of other systems are ignored', async (_form, claims) => {
    expect(await signIn(harness, claims)).toEqual({ scopes: ['introspect', 'metrics'], accounts: ['lp', 'vcc'] });
  });

  test.each([
    [{ scope: '' }, { scopes: [] }],
    [{ scope: 'READ' }, { scopes: [] }],
    [{ scope: null }, { scopes: [] }],
    [{ scope: ['read', 1] }, { scopes: [] }],
    [{ scope: ['openid read'] }, { scopes: [] }],
    [{ scope: { read: true } }, { scopes: [] }],
    [{ accounts: [] }, { accounts: [] }],
    [{ accounts: '' }, { accounts: [] }],
    [{ accounts: null }, { accounts: [] }],
    [{ accounts: true }, { accounts: [] }],
    [{ accounts: ['lp', 1] }, { accounts: [] }],
    [{ accounts: { lp: true } }, { accounts: [] }],
  ])('grant nothing where their form or value is not valid: %j', async (claims, expected) => {
    expect(await signIn(harness, claims)).toMatchObject(expected);
  });
});

describe('configured claim names', () => {
  test('replace the default ones', async () => {
    const harness = await withClaims({ scopes: 'permissions', accounts: 'vendors' });
    const claims = { scope: 'metrics', accounts: ['kore-main'], permissions: ['read', 'explain'], vendors: 'lp' };
    expect(await signIn(harness, claims)).toEqual({ scopes: ['read', 'explain'], accounts: ['lp'] });
  });

  test('are each one name, also a URL or a name with dots', async () => {
    const url = 'https://switchboard.example.com/accounts';
    const harness = await withClaims({ scopes: 'realm.roles', accounts: url });
    const claims = { 'realm.roles': 'explain', realm: { roles: 'metrics' }, [url]: 'lp' };
    expect(await signIn(harness, claims)).toEqual({ scopes: ['explain'], accounts: ['lp'] });
  });

  test.each(['constructor', 'toString', '__proto__'])('find only claims of the token itself, not %s', async (name) => {
    const harness = await withClaims({ scopes: name, accounts: name });
    expect(await signIn(harness, {})).toEqual({ scopes: ['read'], accounts: null });
    // A computed name makes an own property, unlike a literal `__proto__`.
    expect(await signIn(harness, { [name]: 'read lp' })).toEqual({ scopes: ['read'], accounts: ['read', 'lp'] });
  });
});

describe('requireAccounts', () => {
  test('grants a token without the claim no account', async () => {
    const harness = await withClaims({ requireAccounts: true });
    expect(await signIn(harness, {})).toEqual({ scopes: ['read'], accounts: [] });
    expect(await signIn(harness, { accounts: 'lp' })).toMatchObject({ accounts: ['lp'] });
  });
});
