import { describe, expect, test } from '@jest/globals';
import { apiKeys, jwt, sha256 } from '../../test/support/auth-harness.ts';
import { thrownBy } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { type AuthConfig, settingsShape } from '../config/settings.ts';
import type { TrustProxy } from '../config/trust-proxy.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { anonymousCaller } from '../request/caller.ts';
import { createAuthentications } from './authentication.ts';

const HINT =
  'if this is the address of a proxy, its clients are throttled together, and their new tokens get 429: set server.trustProxy';

function setUp(auth?: AuthConfig, trustProxy: TrustProxy = false) {
  const lines: string[] = [];
  const logger = createLogger({ destination: { write: (line) => lines.push(line) } });
  const limits = settingsShape.limits.parse({ authFailuresPerMinute: 1 });
  const fetch = () => Promise.reject(new TypeError('fetch failed'));
  const configure = createAuthentications({ clock: manualClock(), metrics: createMetrics(), logger, fetch });
  const reconfigure = (next: AuthConfig | undefined) => configure({ auth: next, limits, server: { trustProxy } });
  return { lines, reconfigure, ...reconfigure(auth) };
}

test.each<[TrustProxy, object]>([
  [false, { hint: HINT }],
  [1, {}],
  [['10.0.0.0/8'], {}],
])('throttles by the limit and logs the address, without the key; with trustProxy %j: %j', async (trustProxy, hint) => {
  const { lines, authenticate } = setUp({ apiKeys }, trustProxy);
  expect(await authenticate('Bearer guess', '203.0.113.9')).toEqual({ failure: 'unknown_key' });
  expect(thrownBy(() => authenticate('Bearer guess', '203.0.113.9'))).toMatchObject({ status: 429 });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 'warn',
      time: expect.any(String),
      clientAddress: '203.0.113.9',
      ...hint,
      message: 'failed authentications are throttled',
    },
  ]);
});

test('accepts every request without auth', async () => {
  const { authenticate } = setUp();
  for (let i = 0; i < 3; i += 1) expect(await authenticate('Bearer x', '127.0.0.1')).toBe(anonymousCaller);
});

describe('under another configuration', () => {
  const callerOf = async ({ authenticate }: ReturnType<typeof setUp>) => {
    const caller = await authenticate('Bearer key-one', '203.0.113.9');
    if ('failure' in caller) throw new Error(caller.failure);
    return caller;
  };
  const [key] = apiKeys;

  test.each([
    ['valid', { apiKeys }],
    ['valid', { apiKeys: apiKeys.toReversed(), jwt }],
    ['changed', { apiKeys: [{ ...key, accounts: [] }] }],
    ['changed', { apiKeys: [{ ...key, name: 'other' }] }],
    ['revoked', { apiKeys: [{ ...key, sha256: sha256('another key') }] }],
    ['revoked', { jwt }],
    ['changed', undefined],
  ] as [string, AuthConfig | undefined][])('the caller of a key is %s with %j', async (standing, auth) => {
    const authentication = setUp({ apiKeys });
    const caller = await callerOf(authentication);
    expect(authentication.standingOf(caller)).toBe('valid');
    expect(authentication.reconfigure(auth).standingOf(caller)).toBe(standing);
  });

  test('callers without a key need one where there is auth now', () => {
    const authentication = setUp();
    expect(authentication.standingOf(anonymousCaller)).toBe('valid');
    expect(authentication.reconfigure({ apiKeys }).standingOf(anonymousCaller)).toBe('revoked');
  });

  test('an address that is throttled stays so, and goes on with the keys that are still good', async () => {
    const authentication = setUp({ apiKeys });
    await callerOf(authentication);
    await authentication.authenticate('Bearer key.two.three', '203.0.113.9');
    await authentication.authenticate('Bearer guess', '203.0.113.9');
    const { authenticate } = authentication.reconfigure({ apiKeys: apiKeys.slice(0, 1) });
    expect(await authenticate('Bearer key-one', '203.0.113.9')).toMatchObject({ name: 'wallboard' });
    for (const token of ['guess', 'key.two.three'])
      expect(thrownBy(() => authenticate(`Bearer ${token}`, '203.0.113.9'))).toMatchObject({ status: 429 });
  });
});
