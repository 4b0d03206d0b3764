import { expect, test } from '@jest/globals';
import { apiKeys } from '../../test/support/auth-harness.ts';
import { thrownBy } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { settingsShape } from '../config/settings.ts';
import type { TrustProxy } from '../config/trust-proxy.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { anonymousCaller } from '../request/caller.ts';
import { createThrottledAuthenticator } from './authentication.ts';

const HINT =
  'if this is the address of a proxy, its clients are throttled together, and their new tokens get 429: set server.trustProxy';

function setUp(auth?: { readonly apiKeys: typeof apiKeys }, trustProxy: TrustProxy = false) {
  const lines: string[] = [];
  const logger = createLogger({ destination: { write: (line) => lines.push(line) } });
  const limits = settingsShape.limits.parse({ authFailuresPerMinute: 1 });
  const options = { clock: manualClock(), metrics: createMetrics(), logger };
  return { lines, authenticate: createThrottledAuthenticator({ auth, limits, server: { trustProxy } }, options) };
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
