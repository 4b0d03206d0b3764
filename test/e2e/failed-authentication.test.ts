import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sha256 } from '../support/auth-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { type Gateway, NOW, startWorld, type World } from '../support/world.ts';

const clock = steppedClock(NOW);

let world: World;
beforeEach(async () => {
  world = await startWorld(clock);
});
afterEach(() => world.stop());

/** A gateway with two API keys, behind one proxy. */
async function startGateway(): Promise<Gateway> {
  const apiKeys = ['key-one', 'key-two'].map((key) => ({
    name: key,
    sha256: sha256(key),
    scopes: ['read', 'metrics'],
  }));
  return world.startGateway((raw) => ({ ...raw, server: { trustProxy: 1 }, auth: { apiKeys } }));
}

async function trySignIn({ url }: Gateway, address: string, key?: string) {
  const response = await fetch(`${url}/metrics`, {
    headers: { 'x-forwarded-for': address, ...(key !== undefined && { authorization: `Bearer ${key}` }) },
  });
  const text = await response.text();
  return { status: response.status, retryAfter: response.headers.get('retry-after'), text };
}

test('answers 429 to an address after ten failed authentications in a minute, before it looks at the key', async () => {
  const gateway = await startGateway();
  for (let i = 0; i < 10; i += 1) {
    expect((await trySignIn(gateway, '203.0.113.9', `guess-${i}`)).status).toBe(401);
    clock.advance(1000);
  }
  const rejected = await trySignIn(gateway, '203.0.113.9', 'key-one');
  expect([rejected.status, rejected.retryAfter]).toEqual([429, '50']);
  expect(JSON.parse(rejected.text)).toEqual({
    errors: [{ message: expect.stringContaining('10'), extensions: { code: 'RATE_LIMITED' } }],
  });
  // The spoofed entry before the proxy's does not make it another address.
  expect((await trySignIn(gateway, '198.51.100.1, 203.0.113.9', 'guess')).status).toBe(429);
  expect((await trySignIn(gateway, '198.51.100.1', 'key-one')).status).toBe(200);
  const { text } = await trySignIn(gateway, '198.51.100.1', 'key-one');
  expect(text).toContain('switchboard_limit_rejections_total{limit="auth_failures"} 2\n');
  expect(gateway.logs()).toMatch(/"clientAddress":"203.0.113.9"[^\n]*"failed authentications are throttled"/);
  expect(gateway.logs()).not.toMatch(/guess|key-one"?\}/);
  clock.advance(50_000);
  expect((await trySignIn(gateway, '203.0.113.9', 'key-one')).status).toBe(200);
});

test('goes on serving a key that has been accepted from the address before', async () => {
  const gateway = await startGateway();
  expect((await trySignIn(gateway, '203.0.113.9', 'key-one')).status).toBe(200);
  for (let i = 0; i < 10; i += 1) await trySignIn(gateway, '203.0.113.9', `guess-${i}`);
  expect((await trySignIn(gateway, '203.0.113.9', 'key-two')).status).toBe(429);
  expect((await trySignIn(gateway, '203.0.113.9', 'key-one')).status).toBe(200);
  expect((await trySignIn(gateway, '203.0.113.9')).status).toBe(401);
});
