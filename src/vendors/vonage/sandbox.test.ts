import { describe, expect, test } from '@jest/globals';
import { company, NOW } from '../../../test/support/vonage/company.ts';
import type { FakeVendor, SandboxResponse } from '../sandbox.ts';
import { createFakeVendor } from './sandbox.ts';

const ORIGIN = 'http://127.0.0.1:4014';

type RequestHeaders = Readonly<Record<string, string>>;

const CLIENT = { client_id: 'sandbox-client', client_secret: 'sandbox+client & secret=' };

async function askForToken(vendor: FakeVendor): Promise<Readonly<Record<string, unknown>>> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'interactions', ...CLIENT });
  const reply = await vendor.handle({
    method: 'POST',
    url: new URL(`${ORIGIN}/Auth/connect/token`),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  });
  expect(reply.status).toBe(200);
  return bodyOf(reply) as Readonly<Record<string, unknown>>;
}

/** A fake with a client that has a token. */
async function open(clock = { now: NOW }, tokenLifetimeSeconds = 7200) {
  const vendor = createFakeVendor({ company, now: () => clock.now }, { tokenLifetimeSeconds });
  const { access_token: token } = await askForToken(vendor);
  const request = async (path: string, headers: RequestHeaders = {}): Promise<SandboxResponse> => {
    const authorization = `Bearer ${String(token)}`;
    const accept = 'application/json;version=1';
    const url = new URL(`${ORIGIN}/v0/${path}`);
    return vendor.handle({
      method: 'GET',
      url,
      headers: { authorization, accept, ...headers },
      body: Buffer.alloc(0),
    });
  };
  return { vendor, ask: request };
}

function bodyOf(reply: SandboxResponse): unknown {
  return JSON.parse(String(reply.body));
}
function of(agentId: string, query = ''): string {
  return `a1b2c3d4e5/agents/${agentId}/latestInteractions${query}`;
}

describe('fake Vonage tokens', () => {
  test('issues tokens that last two hours', async () => {
    const { vendor } = await open();
    expect(await askForToken(vendor)).toMatchObject({ expires_in: 7200, token_type: 'Bearer' });
  });

  test('refuses an invalid token request with a JSON error', async () => {
    const { vendor } = await open();
    const url = new URL(`${ORIGIN}/Auth/connect/token`);
    const reply = await vendor.handle({ method: 'POST', url, headers: {}, body: Buffer.alloc(0) });
    expect(reply.status).toBe(400);
    expect(bodyOf(reply)).toMatchObject({ error: 'invalid_request' });
  });

  test('expires tokens one by one', async () => {
    const clock = { now: NOW };
    const { vendor, ask: request } = await open(clock, 60);
    clock.now += 59_999;
    expect((await request(of('01'))).status).toBe(200);
    const reply = await askForToken(vendor);
    expect(reply.expires_in).toBe(60);
    expect((await request(of('01'))).status).toBe(200);
    clock.now += 1;
    expect((await request(of('01'))).status).toBe(401);
    expect((await request(of('01'), { authorization: `bearer ${String(reply.access_token)}` })).status).toBe(200);
  });

  test.each(['', 'Bearer', 'Bearer x', 'Basic c2FuZGJveA=='])(
    'rejects a request without a valid token: %p',
    async (bad) => {
      const { ask: request } = await open();
      const reply = await request(of('01'), { authorization: bad });
      expect(reply.status).toBe(401);
      expect(bodyOf(reply)).toEqual({ message: 'Authorization has been denied for this request.' });
    },
  );
});

describe('fake Vonage requests', () => {
  test.each(['application/json;version=1', 'application/json; version=2', 'Application/JSON ; Version=1'])(
    'accepts requests with Accept %p',
    async (accept) => {
      expect((await (await open()).ask(of('01'), { accept })).status).toBe(200);
    },
  );

  test.each(['', '*/*', 'application/json', 'application/json;version=3', 'application/vnd.newvoicemedia.v1+json'])(
    'rejects requests with Accept %p',
    async (accept) => {
      const reply = await (await open()).ask(of('01'), { accept });
      expect(reply.status).toBe(400);
      expect(bodyOf(reply)).toEqual({ message: 'Invalid Accept header!' });
    },
  );

  test.each([
    of('001'),
    of('Jane'),
    of('undefined'),
    of('%zz'),
    'other/agents/01/latestInteractions',
    'a1b2c3d4e5/agents/recentinteraction',
    'a1b2c3d4e5/agents/01/latestinteractions',
  ])('returns 404 at %s', async (path) => {
    const reply = await (await open()).ask(path);
    expect(reply.status).toBe(404);
    expect(bodyOf(reply)).toEqual({ message: 'The requested resource was not found.' });
  });

  test('distinguish agents by every character of their id', async () => {
    const { ask: request } = await open();
    const guids = async (id: string): Promise<string> => String((await request(of(id))).body);
    expect(await guids('01')).toContain('call-1');
    expect(await guids('1')).toContain('ago-6');
    expect(await guids('a%2Fb%201')).toContain('long-4');
  });
});

describe('fake Vonage version 1', () => {
  const interactions = async (id: string): Promise<unknown> => bodyOf(await (await open()).ask(of(id)));

  test('returns all active interactions, phone calls first', async () => {
    expect(await interactions('01')).toEqual({
      interactions: [
        { start: '2026-03-31T12:10:00Z', guid: 'call-1', hasEnded: false },
        { start: '2026-03-31T12:25:00Z', guid: 'chat-3', hasEnded: false },
      ],
    });
  });

  test('returns the last ended interaction if none is active', async () => {
    expect(await interactions('a%2Fb%201')).toEqual({
      interactions: [{ start: '2026-03-31T07:30:00Z', guid: 'long-4', hasEnded: true }],
    });
  });

  test('returns the last ended interaction, however long ago', async () => {
    expect(await interactions('1')).toEqual({
      interactions: [{ start: '2026-02-19T12:30:00Z', guid: 'ago-6', hasEnded: true }],
    });
  });

  test('returns no interactions of an agent without conversations', async () => {
    expect(await interactions('007')).toEqual({ interactions: [] });
  });
});

describe('fake Vonage version 2', () => {
  const accept = 'application/json;version=2';
  const request = async (query: string, id = '01'): Promise<SandboxResponse> =>
    (await open()).ask(of(id, query), { accept });
  const guids = async (query: string): Promise<string[]> =>
    (bodyOf(await request(query)) as { interactions: { guid: string }[] }).interactions.map(({ guid }) => guid);

  test('returns the one interaction that started last', async () => {
    expect(bodyOf(await request(''))).toEqual({
      interactions: [
        {
          type: 'Chat',
          start: '2026-03-31T12:25:00Z',
          guid: 'chat-3',
          duration: null,
          direction: 'Outbound',
          channelGuid: 'channel-chat-3',
        },
      ],
    });
  });

  test('returns up to `size` interactions by start, however far back', async () => {
    expect(await guids('?size=4')).toEqual(['chat-3', 'call-8', 'call-1', 'short-0']);
    expect(await guids('?size=5')).toEqual(['chat-3', 'call-8', 'call-1', 'short-0', 'long-9']);
    expect(await guids('?size=500')).toEqual(['chat-3', 'call-8', 'call-1', 'short-0', 'long-9', 'old-2']);
  });

  test('filters by type', async () => {
    expect(await guids('?size=9&type=All')).toHaveLength(6);
    expect(await guids('?size=9&type=Email')).toEqual(['long-9', 'old-2']);
    expect(await guids('?size=9&type=Chat')).toEqual(['chat-3']);
  });

  test('returns an active call first with activeLiveFirst', async () => {
    expect(await guids('?activeLiveFirst=true')).toEqual(['call-1']);
    expect(await guids('?activeLiveFirst=true&size=3')).toEqual(['call-1', 'chat-3', 'call-8']);
    expect(await guids('?activeLiveFirst=false')).toEqual(['chat-3']);
  });

  test('returns durations in whole seconds, unlisted types, and items without a direction', async () => {
    const { interactions } = bodyOf(await request('?size=9')) as { interactions: Record<string, unknown>[] };
    expect(interactions.at(-1)).toMatchObject({ duration: 90 });
    const message = interactions.find(({ guid }) => guid === 'short-0');
    expect(message).toMatchObject({ type: 'Sms', duration: 3600 });
    expect(message).not.toHaveProperty('direction');
  });

  test.each([
    ['type=Sms', 'The InteractionType field is required.'],
    ['type=', 'The InteractionType field is required.'],
    ['type=phone', 'The InteractionType field is required.'],
    ['size=0', 'The size field must be a positive number.'],
    ['size=many', 'The size field must be a positive number.'],
    ['activeLiveFirst=yes', 'The activeLiveFirst field must be true or false.'],
  ])('rejects %s', async (query, message) => {
    const reply = await request(`?${query}`);
    expect(reply.status).toBe(400);
    expect(bodyOf(reply)).toEqual({ message });
  });
});

test('provides an account configuration with its URL and client credentials', async () => {
  expect((await open()).vendor.createAccountConfig('http://127.0.0.1:1')).toEqual({
    name: 'vcc',
    vendor: 'vonage',
    baseUrl: 'http://127.0.0.1:1',
    accountKey: 'a1b2c3d4e5',
    apiVersion: 2,
    clientId: CLIENT.client_id,
    clientSecret: CLIENT.client_secret,
    scope: 'interactions',
  });
});

describe('the account of the site that has version 1 only', () => {
  const legacyCompany = {
    ...company,
    people: company.people.map((person) => ({ ...person, site: 'vancouver' })),
  };
  const vendor = createFakeVendor({ company: legacyCompany, now: () => NOW });
  const ask = async (accountKey: string, version: number): Promise<number> => {
    const { access_token: token } = await askForToken(vendor);
    const headers = { authorization: `Bearer ${String(token)}`, accept: `application/json;version=${version}` };
    const url = new URL(`${ORIGIN}/v0/${accountKey}/agents/01/latestInteractions`);
    return (await vendor.handle({ method: 'GET', url, headers, body: Buffer.alloc(0) })).status;
  };

  test('has its own key and configuration', () => {
    const [legacy] = vendor.otherAccounts ?? [];
    expect(legacy?.createAccountConfig('http://127.0.0.1:1')).toMatchObject({
      name: 'vcc-legacy',
      accountKey: 'f6g7h8i9j0',
      apiVersion: 1,
    });
    expect(company.people.some((person) => legacy?.hasMember(person))).toBe(false);
    expect(legacyCompany.people.every((person) => legacy?.hasMember(person))).toBe(true);
  });

  test('answers version 1, refuses version 2, and is the only account with its people', async () => {
    expect([await ask('f6g7h8i9j0', 1), await ask('f6g7h8i9j0', 2)]).toEqual([200, 400]);
    expect([await ask('a1b2c3d4e5', 1), await ask('none', 1)]).toEqual([404, 404]);
  });
});
