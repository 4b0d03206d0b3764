import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../../test/support/capture-error.ts';
import { connectVendor, jsonReply, type VendorHarness } from '../../../test/support/vendor-harness.ts';
import { createFakeVonage, GUID, VONAGE_ENTRY } from '../../../test/support/vonage/account.ts';
import type { InteractionQuery } from '../../domain/interaction.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { vonage } from './index.ts';
import { interactionNamespace } from './loaders.ts';
import { interactionsResponseSchema } from './wire.ts';

function fixture(name: string) {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
}
function connect(extra: object = {}, vendor = createFakeVonage()) {
  return connectVendor(vonage, { ...VONAGE_ENTRY, ...extra }, vendor.respond);
}

function askOf(
  dataSource: ReturnType<VendorHarness['createDataSource']>,
  ref = '01',
  query: Partial<InteractionQuery> = {},
) {
  if (!dataSource.latestInteractions) throw new Error('latestInteractions is missing');
  return dataSource.latestInteractions(ref, { size: 1, type: null, activeLiveFirst: null, ...query });
}

function readOnce(harness: VendorHarness, ref?: string, query?: Partial<InteractionQuery>) {
  return askOf(harness.createDataSource(), ref, query);
}
function interactionRequests({ sent }: VendorHarness) {
  return sent.filter(({ endpoint }) => endpoint === 'latestInteractions');
}

describe('the interactions request', () => {
  test('sends the documented request, with the version in Accept and the token', async () => {
    const harness = connect();
    await readOnce(harness);
    expect(
      interactionRequests(harness).map(({ method, url, headers }) => ({ method, url: url.href, headers })),
    ).toEqual([
      {
        method: 'GET',
        url: 'https://emea.newvoicemedia.com/v0/a1b2c3d4e5/agents/01/latestInteractions',
        headers: { Accept: 'application/json;version=1', Authorization: 'Bearer token-1' },
      },
    ]);
  });

  test('sends the parameters in version 2', async () => {
    const harness = connect({ apiVersion: 2 });
    await readOnce(harness, '01', { size: 5, type: 'EMAIL', activeLiveFirst: true });
    const [request] = interactionRequests(harness);
    expect(request?.headers.Accept).toBe('application/json;version=2');
    expect(request?.url.search).toBe('?size=5&type=Email&activeLiveFirst=true');
  });

  test('sends only the given parameters in version 2', async () => {
    const harness = connect({ apiVersion: 2 });
    await readOnce(harness);
    expect(interactionRequests(harness).map(({ url }) => url.search)).toEqual(['']);
  });

  test('sends no parameters in version 1, whatever the size', async () => {
    const harness = connect();
    await readOnce(harness, '01', { size: 50 });
    expect(interactionRequests(harness)[0]?.url.search).toBe('');
  });

  test.each([
    ['007', '007'],
    ['a/b', 'a%2Fb'],
    ['../x', '..%2Fx'],
    ['Zoë 7?', 'Zo%C3%AB%207%3F'],
    ['%2e%2e', '%252e%252e'],
  ])('keeps agent id %j in one path segment', async (ref, encoded) => {
    const harness = connect();
    await readOnce(harness, ref);
    expect(interactionRequests(harness)[0]?.url.pathname).toBe(`/v0/a1b2c3d4e5/agents/${encoded}/latestInteractions`);
  });

  test.each(['', '.', '..', 'a\u0000b', '\udfff'])('sends no request for agent id %j', async (ref) => {
    const harness = connect();
    await expect(readOnce(harness, ref)).rejects.toThrow(/^ref: must/);
    expect(harness.sent).toEqual([]);
    expect(vonage.references.problem(ref)).toMatch(/^must/);
  });

  test.each(['https://nam.cc.vonage.com', 'https://apac.newvoicemedia.com', 'http://127.0.0.1:4004/vonage'])(
    'sends requests to the base URL %s',
    async (baseUrl) => {
      const harness = connect({ baseUrl });
      await readOnce(harness);
      expect(harness.sent.map(({ url }) => url.href)).toEqual([
        `${baseUrl}/Auth/connect/token`,
        `${baseUrl}/v0/a1b2c3d4e5/agents/01/latestInteractions`,
      ]);
    },
  );
});

test.each([1, 2])('reports provenance and time of a version %i response', async (apiVersion) => {
  const harness = connect({ apiVersion });
  const { sources } = await readOnce(harness);
  expect(sources).toMatchObject([
    {
      account: 'vcc',
      endpoint: 'latestInteractions',
      outcome: 'OK',
      servedFrom: 'VENDOR',
      fetchedAt: harness.clock.now(),
      error: null,
    },
  ]);
});

test.each(['', '.', '..', 'a\nb'])('rejects the account key %j, which cannot be a path segment', (accountKey) => {
  const problems = vonage.config.safeParse({ ...VONAGE_ENTRY, accountKey }).error?.issues ?? [];
  expect(problems.map(({ path }) => path)).toContainEqual(['accountKey']);
});

describe('version 1', () => {
  test.each([{ type: 'PHONE' }, { type: 'OTHER' }, { activeLiveFirst: true }, { activeLiveFirst: false }] as const)(
    'reports %j as unsupported, without a call',
    async (query) => {
      const harness = connect();
      const { data, sources } = await readOnce(harness, '01', query);
      expect(data).toEqual([]);
      expect(sources).toMatchObject([
        { account: 'vcc', endpoint: 'latestInteractions', outcome: 'UNSUPPORTED', error: null, fetchedAt: null },
      ]);
      expect(harness.sent).toEqual([]);
    },
  );

  test('ignores the size and returns all that the server sends', async () => {
    const interactions = ['a', 'b', 'c'].map((guid) => ({ guid, start: '2017-03-30T22:40:15Z', hasEnded: false }));
    const { data } = await readOnce(
      connect(
        {},
        createFakeVonage(undefined, () => jsonReply({ interactions })),
      ),
    );
    expect(data.map(({ guid }) => guid)).toEqual(['a', 'b', 'c']);
  });
});

describe('interactions within one query', () => {
  test('make one call for the same agent; in version 1 whatever the size', async () => {
    const harness = connect();
    const dataSource = harness.createDataSource();
    await Promise.all([
      askOf(dataSource),
      askOf(dataSource),
      askOf(dataSource, '01', { size: 9 }),
      askOf(dataSource, '02'),
    ]);
    expect(interactionRequests(harness)).toHaveLength(2);
  });

  test('make separate calls for different parameters of version 2', async () => {
    const harness = connect({ apiVersion: 2 });
    const dataSource = harness.createDataSource();
    const queries = [{}, { size: 2 }, { type: 'PHONE' }, { activeLiveFirst: false }, { size: 2 }, {}] as const;
    await Promise.all(queries.map(async (query) => askOf(dataSource, '01', query)));
    expect(interactionRequests(harness)).toHaveLength(4);
  });

  test('share one call for OTHER of any size, and select from it', async () => {
    const interactions = ['Phone', 'Sms', 'Case'].map((type) => ({ guid: type, start: '2017-03-30T22:40:15Z', type }));
    const harness = connect(
      { apiVersion: 2 },
      createFakeVonage(undefined, () => jsonReply({ interactions })),
    );
    const dataSource = harness.createDataSource();
    const results = await Promise.all([1, 2].map(async (size) => askOf(dataSource, '01', { size, type: 'OTHER' })));
    expect(results.map(({ data }) => data.map(({ guid }) => guid))).toEqual([['Sms'], ['Sms', 'Case']]);
    expect(interactionRequests(harness)).toHaveLength(1);
  });

  test('isolate the failure of one agent', async () => {
    const vendor = createFakeVonage(undefined, ({ url }) =>
      url.pathname.includes('/02/') ? jsonReply({ message: 'x' }, 500) : jsonReply({ interactions: [] }),
    );
    const dataSource = connect({}, vendor).createDataSource();
    const outcomes = await Promise.allSettled(['01', '02', '03'].map(async (ref) => askOf(dataSource, ref)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('caches interactions by agent, version and parameters, for the configured time', async () => {
    const harness = connectVendor(vonage, { ...VONAGE_ENTRY, apiVersion: 2 }, createFakeVonage().respond, {
      ttl: { interactions: 3 },
    });
    await readOnce(harness, '01', { size: 4, type: 'CHAT' });
    expect(harness.stored).toEqual([
      { endpoint: 'latestInteractions', key: ['01', 2, 4, 'Chat', null], ttlSeconds: 3, isFinal: false },
    ]);
  });
});

test('validates cached interactions, and rejects anything else', () => {
  const stored = interactionsResponseSchema.parse(JSON.parse(fixture('v2.json')));
  expect(interactionNamespace.isValid([...stored, null])).toBe(true);
  for (const invalid of [null, {}, [{}], [{ ...stored[0], guid: '' }], [{ ...stored[0], start: 'soon' }]]) {
    expect(interactionNamespace.isValid(invalid)).toBe(false);
  }
});

describe('interaction failures', () => {
  const failWith = async (status: number, body: string) => {
    const vendor = createFakeVonage(undefined, () => ({ status, body }));
    const error = await rejectionOf(readOnce(connect({}, vendor)));
    expect(error).toBeInstanceOf(VendorError);
    return error as VendorError;
  };

  test('report NOT_FOUND for an unknown agent', async () => {
    const error = await failWith(404, fixture('agent-not-found-404.json'));
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      vendor: 'VONAGE',
      account: 'vcc',
      endpoint: 'latestInteractions',
      retryable: false,
    });
    expect(error.message).toContain('The requested resource was not found.');
  });

  test('report a rejected request', async () => {
    const error = await failWith(400, fixture('invalid-request-400.json'));
    expect(error).toMatchObject({ code: 'VENDOR_REJECTED', retryable: false });
    expect(error.message).toContain('The InteractionType field is required.');
  });

  test.each([
    ['{"statusCode":400,"error":"Bad Request","message":"Invalid Accept header!"}', 'Invalid Accept header!'],
    ['{"error":{"code":"UnsupportedApiVersion","message":"No version 9"}}', 'No version 9'],
    ['{"status":400,"title":"Invalid","errors":[{"message":"bad size","path":"size"}]}', 'bad size'],
    ['{"status":400,"title":"Query limit","detail":"At most 50 users"}', 'At most 50 users'],
  ])('report the vendor’s message of %s', async (body, words) => {
    const error = await failWith(400, body);
    expect(error.code).toBe('VENDOR_REJECTED');
    expect(error.message).toContain(words);
  });

  test('redact the account key in a message that quotes it', async () => {
    const error = await failWith(404, JSON.stringify({ message: `No route /v0/${VONAGE_ENTRY.accountKey}/agents` }));
    expect(error.message).toContain('No route');
    expect(error.message).not.toContain(VONAGE_ENTRY.accountKey);
  });

  test('report an invalid response', async () => {
    const error = await failWith(200, JSON.stringify({ interactions: [{ guid: GUID }] }));
    expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'contract' });
  });
});
