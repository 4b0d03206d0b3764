import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { SandboxResponse } from '../sandbox.ts';
import { createFakeVendor } from './sandbox.ts';
import { company, DAY, HOUR, jane, NOW, worldAt } from '../../../test/support/liveperson-company.ts';
import { percentEncode, computeSignature, type ApiKey } from './sandbox/oauth.ts';

const ORIGIN = 'http://127.0.0.1:4013';
const LIST = `${ORIGIN}/data_access_le/account/75555851/le/agentActivity`;
const ALL = `${LIST}?startTime=0&endTime=${NOW}`;

/** A fake vendor and a client with the account's key; both have the same time. */
function open(clock: { now: number } = { now: NOW }) {
  const vendor = createFakeVendor({ company, now: () => clock.now });
  let nonce = 0;
  const ask = async (address: string, changes: Partial<ApiKey> & { readonly method?: string } = {}) => {
    const { method = 'GET', ...change } = changes;
    const url = new URL(address);
    const key = { ...(vendor.createAccountConfig(ORIGIN) as unknown as ApiKey), ...change };
    nonce += 1;
    const parameters: [string, string][] = [
      ['oauth_consumer_key', key.consumerKey],
      ['oauth_token', key.accessToken],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', String(Math.floor(clock.now / 1000))],
      ['oauth_nonce', String(nonce)],
    ];
    const signed = [...parameters, ['oauth_signature', computeSignature(method, url, parameters, key)] as const];
    const authorization = `OAuth ${signed.map(([name, value]) => `${name}="${percentEncode(value)}"`).join(',')}`;
    return vendor.handle({ method, url, headers: { authorization }, body: Buffer.alloc(0) });
  };
  return { vendor, ask };
}

interface List {
  readonly dataAccessFiles: { readonly file: Entry | readonly Entry[] };
}

type Entry = Readonly<Record<'@name' | '@scopeStartDate' | '@scopeEndDate' | '@href', string>>;

const fileIn = (reply: SandboxResponse): List['dataAccessFiles']['file'] =>
  (JSON.parse(String(reply.body)) as List).dataAccessFiles.file;

const entriesOf = (reply: SandboxResponse): readonly Entry[] => [fileIn(reply)].flat();

describe('authentication', () => {
  test.each([
    ['an unknown consumer key', { consumerKey: 'x' }, 'consumer_key_unknown'],
    ['a wrong consumer secret', { consumerSecret: 'x' }, 'signature_invalid'],
    ['an unknown token', { accessToken: 'x' }, 'token_rejected'],
    ['a wrong token secret', { accessTokenSecret: 'x' }, 'signature_invalid'],
  ])('rejects %s for the list and for files', async (_case, change, problem) => {
    const { ask } = open();
    const href = entriesOf(await ask(ALL))[0]?.['@href'] ?? '';
    for (const url of [ALL, href]) {
      const reply = await ask(url, change);
      expect(reply.status).toBe(401);
      expect(reply.body).toContain(`oauth_problem=${problem}&oauth_problem_advice=`);
    }
  });

  test('rejects a request without a signature', async () => {
    const { vendor } = open();
    const reply = await vendor.handle({ method: 'GET', url: new URL(ALL), headers: {}, body: Buffer.alloc(0) });
    expect(reply.status).toBe(401);
    expect(reply.body).toContain('oauth_problem=parameter_absent');
  });
});

describe('the list', () => {
  test.each(['', '?startTime=1', '?endTime=1', '?startTime=1&endTime=today', '?startTime=2026-03-01&endTime=1'])(
    'requires both times in milliseconds: rejects "%s"',
    async (query) => {
      expect((await open().ask(`${LIST}${query}`)).status).toBe(400);
    },
  );

  test('returns "No Available Files" with 404 for a range without files', async () => {
    const reply = await open().ask(`${LIST}?startTime=${NOW}&endTime=${NOW + DAY}`);
    expect(reply).toMatchObject({ status: 404, body: 'No Available Files' });
  });

  test('wraps the list as in the vendor’s documents', async () => {
    expect(JSON.parse(String((await open().ask(ALL)).body))).toMatchObject({
      dataAccessFiles: {
        '@id': '75555851',
        link: { '@href': LIST, '@rel': 'self' },
        file: expect.any(Array) as unknown,
      },
    });
  });

  test('returns a single file as an object instead of an array', async () => {
    const { ask } = open();
    const starts = entriesOf(await ask(ALL)).map((entry) => Date.parse(entry['@scopeStartDate']));
    const lone = starts.find((start) => starts.filter((other) => other === start).length === 1) ?? 0;
    const file = fileIn(await ask(`${LIST}?startTime=${lone}&endTime=${lone + HOUR}`));
    expect(file).toMatchObject({ '@name': expect.stringContaining(`Agent.${lone}.`) as unknown });
  });

  test('lists files whose name, scope and link agree', async () => {
    for (const entry of entriesOf(await open().ask(ALL))) {
      const [, from, to] = /^Agent\.(\d+)\.(\d+)\.part-0000[01]-0$/.exec(entry['@name']) ?? [];
      expect(Number(to) - Number(from)).toBe(HOUR);
      expect(Date.parse(entry['@scopeStartDate'])).toBe(Number(from));
      expect(Date.parse(entry['@scopeEndDate'])).toBe(Number(to));
      expect(entry['@scopeStartDate']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00:00-04:00$/);
      expect([`${LIST}/${entry['@name']}`, `${LIST}/${entry['@name']}.gz`]).toContain(entry['@href']);
    }
  });
});

describe('a file', () => {
  test('serves a file as gzip without a content-encoding header', async () => {
    const { ask } = open();
    const reply = await ask(entriesOf(await ask(ALL))[0]?.['@href'] ?? '');
    expect(reply.status).toBe(200);
    expect(reply.headers).not.toHaveProperty('content-encoding');
    expect(gunzipSync(reply.body as Buffer).toString()).toContain('"AgentActivity"');
  });

  test('serves a different file for each link', async () => {
    const { ask } = open();
    const links = entriesOf(await ask(ALL)).slice(0, 5);
    const bodies = await Promise.all(links.map(async (entry) => (await ask(entry['@href'])).body as Buffer));
    expect(new Set(bodies.map((body) => gunzipSync(body).toString())).size).toBe(links.length);
  });

  test('deletes a file after 30 days', async () => {
    const clock = { now: NOW - 5 * DAY };
    const { ask } = open(clock);
    const entry = entriesOf(await ask(ALL)).at(-1);
    const href = entry?.['@href'] ?? '';
    clock.now = Date.parse(entry?.['@scopeEndDate'] ?? '') + 30 * DAY;
    expect((await ask(href)).status).toBe(200);
    clock.now += 1;
    expect((await ask(href)).status).toBe(404);
  });

  test.each([
    `${LIST}/`,
    `${LIST}/Agent.1.2.part-00000-0.gz`,
    `${LIST}/Agent.x`,
    `${ORIGIN}/data_access_le/account/1/le/agentActivity`,
    `${ORIGIN}/`,
  ])('returns 404 for %s', async (url) => {
    expect((await open().ask(url)).status).toBe(404);
  });

  test('rejects a POST with 405', async () => {
    expect((await open().ask(ALL, { method: 'POST' })).status).toBe(405);
  });
});

test('creates an account entry with its URL and API key', () => {
  const text = expect.any(String) as unknown;
  expect(open().vendor.createAccountConfig('http://127.0.0.1:1')).toEqual({
    name: 'lp',
    vendor: 'liveperson',
    baseUrl: 'http://127.0.0.1:1',
    accountId: '75555851',
    consumerKey: text,
    consumerSecret: text,
    accessToken: text,
    accessTokenSecret: text,
  });
});

test('rejects a reference that is not a number at start', () => {
  const person = { ...jane, refsByVendor: { liveperson: 'jane@example.com' } };
  expect(() => createFakeVendor({ ...worldAt(NOW), company: { ...company, people: [person] } })).toThrow('agentID');
});
