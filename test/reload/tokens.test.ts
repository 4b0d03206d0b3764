import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type ManualClock, timedClock } from '../support/clock.ts';
import { openEventStream } from '../support/event-stream.ts';
import { createGate } from '../support/gate.ts';
import { startTokenIssuer, type TokenIssuer } from '../support/token-issuer.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;
/** How long a token is accepted beyond its end, for issuers whose clocks differ. */
const TOLERANCE = 30_000;
const SUBSCRIPTION = 'subscription { agents(first: 1) { nodes { key } } }';
const UNAUTHENTICATED = [
  { event: 'next', data: expect.stringContaining('UNAUTHENTICATED') },
  { event: 'complete', data: '' },
  null,
];

let clock: ManualClock;
let world: World;
let issuer: TokenIssuer;
beforeEach(async () => {
  clock = timedClock(NOW);
  world = await startWorld(clock);
  issuer = await startTokenIssuer();
});
afterEach(async () => {
  await world.stop();
  await issuer.close();
});

const apiKeys = [{ name: 'other', sha256: createHash('sha256').update('other').digest('hex') }];

/** Callers with a key, and with tokens of these settings; null: no tokens. */
function withTokens(jwt: object | null = issuer.settings) {
  return (raw: RawConfig): RawConfig => ({
    ...raw,
    auth: { apiKeys, ...(jwt && { jwt }) },
    accounts: raw.accounts.map((account) => ({
      ...account,
      ...(/kore|lp/.test(account.name) && { discover: false }),
    })),
  });
}

async function openStream(gateway: Gateway, token: string) {
  const stream = await openEventStream(gateway.url, { query: SUBSCRIPTION }, { authorization: `Bearer ${token}` });
  expect(await stream.nextResult()).toMatchObject({ data: { agents: expect.anything() } });
  return stream;
}

/** Subscribes over a WebSocket; `ended` resolves to the code with which the connection is closed. */
async function openSocket(gateway: Gateway, authorization: string) {
  const closed = Promise.withResolvers<number>();
  const client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization },
    on: {
      closed: (event) => {
        closed.resolve((event as { code: number }).code);
      },
    },
  });
  const results = client.iterate({ query: SUBSCRIPTION });
  expect(await results.next()).toMatchObject({ value: { data: { agents: expect.anything() } } });
  results.next().catch(() => undefined);
  return { ended: closed.promise };
}

async function remainingEvents({ next }: Awaited<ReturnType<typeof openStream>>) {
  return [await next(), await next(), await next()];
}

/** In steps, so that the client answers the pings in between. */
async function passTime({ url }: Gateway, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10_000) {
    clock.advance(10_000);
    await fetch(`${url}/healthz`);
  }
}

describe('streams of a caller with a token', () => {
  test('end when the token does, and no earlier, whatever is reloaded before', async () => {
    const gateway = await world.startGateway(withTokens());
    const token = await issuer.sign(NOW + MINUTE);
    const stream = await openStream(gateway, token);
    const socket = await openSocket(gateway, token);
    await passTime(gateway, MINUTE);
    await gateway.reconfigure((raw) => ({ ...withTokens()(raw), limits: { maxDepth: 20 } }));
    const lasting = await openStream(gateway, token);
    expect(stream.waiting()).toBe(0);
    await passTime(gateway, TOLERANCE);
    expect(await remainingEvents(stream)).toEqual(UNAUTHENTICATED);
    expect(await remainingEvents(lasting)).toEqual(UNAUTHENTICATED);
    expect(await socket.ended).toBe(4401);
    const { status } = await gateway.query('{ accounts { name } }', {}, { authorization: `Bearer ${token}` });
    expect(status).toBe(401);
  });

  test('end as unauthenticated when a reload removes the issuer; those of keys go on', async () => {
    const gateway = await world.startGateway(withTokens());
    const token = await issuer.sign(NOW + 60 * MINUTE);
    const stream = await openStream(gateway, token);
    const socket = await openSocket(gateway, token);
    const ofKey = await openStream(gateway, 'other');
    await gateway.reconfigure(withTokens(null));
    expect(await remainingEvents(stream)).toEqual(UNAUTHENTICATED);
    expect(await socket.ended).toBe(4401);
    const { status } = await gateway.query('{ accounts { name } }', {}, { authorization: `Bearer ${token}` });
    expect([status, ofKey.waiting()]).toEqual([401, 0]);
    ofKey.close();
  });

  test.each(['audience', 'claims'])('end in order when a reload changes the issuer’s %s', async (key) => {
    const gateway = await world.startGateway(withTokens());
    const token = await issuer.sign(NOW + 60 * MINUTE);
    const stream = await openStream(gateway, token);
    const socket = await openSocket(gateway, token);
    await gateway.reconfigure(
      withTokens({ ...issuer.settings, [key]: key === 'audience' ? 'other' : { accounts: 'other' } }),
    );
    expect([await stream.next(), await stream.next()]).toEqual([{ event: 'complete', data: '' }, null]);
    expect(await socket.ended).toBe(1012);
  });

  test('are refused where a reload removes the issuer while its keys are fetched', async () => {
    const gate = await createGate(issuer.settings.jwksUri);
    const gateway = await world.startGateway(withTokens({ ...issuer.settings, jwksUri: `${gate.url}/jwks.json` }));
    const token = await issuer.sign(NOW + 60 * MINUTE);
    const opening = openEventStream(gateway.url, { query: SUBSCRIPTION }, { authorization: `Bearer ${token}` });
    await gate.held();
    await gateway.reconfigure(withTokens(null));
    gate.open();
    expect(await remainingEvents(await opening)).toEqual(UNAUTHENTICATED);
    await gate.close();
  });
});
