import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import {
  connectLivePerson,
  createScriptedVendor,
  LATE_FILE,
  LIST_URL,
  MAY_10,
  NO_FILES,
  NOW,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';
import { jsonReply, stubHttp } from '../../../test/support/vendor-harness.ts';
import { createEventLoopYielder } from '../../domain/event-loop-yielder.ts';
import { HOUR } from '../../domain/time.ts';
import type { CallRecord } from '../../http/types.ts';
import { createClient, FILE_ENDPOINT, LIST_ENDPOINT } from './client.ts';
import { config } from './config.ts';
import { conformance } from './conformance.ts';
import { type ApiKey, createVerifier } from './sandbox/oauth.ts';

describe('calls', () => {
  test('requests one list and every file once for all agents and fields of a query', async () => {
    const harness = connectLivePerson(createScriptedVendor(THREE_FILES));
    const sources = harness.open();
    const questions = ['9', '8', '7'].flatMap((ref) => [
      sources.sessions(ref, MAY_10),
      sources.statusPeriods(ref, MAY_10),
    ]);
    await Promise.all([...questions, sources.sessions('9', { from: MAY_10.from, to: MAY_10.from + HOUR })]);
    expect(harness.sent.filter(({ endpoint }) => endpoint === 'agentActivity')).toHaveLength(2);
    expect(harness.sent.filter(({ endpoint }) => endpoint === 'agentActivity/file')).toHaveLength(3);
  });

  test('signs each request for its own URL, without content coding or a future end', async () => {
    const harness = connectLivePerson(createScriptedVendor([{ name: 'f', generated: NOW - HOUR, sessions: {} }]));
    await harness.open().sessions('9', { from: NOW - 2 * HOUR, to: NOW });
    const [list, file] = harness.sent;
    expect(list?.url.search).toBe(`?startTime=${NOW - 2 * HOUR - 20 * 60_000}&endTime=${NOW}`);
    expect(list?.headers.accept).toBe('application/json');
    const authorizations = [list, file].map((sent) => sent?.headers.authorization);
    for (const header of authorizations) expect(header).toMatch(/^OAuth oauth_consumer_key="gateway", oauth_token="/);
    expect(new Set(authorizations).size).toBe(2);
    expect(Object.keys(file?.headers ?? {})).toEqual(['authorization']);
    const problemOf = createVerifier(conformance.account as unknown as ApiKey, () => NOW);
    expect(harness.sent.map((request) => problemOf({ ...request, body: Buffer.from(request.body) }))).toEqual([
      null,
      null,
    ]);
  });

  test('caches settled lists for a day and files for their retention', async () => {
    const harness = connectLivePerson(createScriptedVendor(THREE_FILES));
    await harness.open().sessions('9', MAY_10);
    await harness.open().sessions('9', { from: NOW - HOUR, to: NOW });
    expect(harness.stored.map(({ endpoint, ttlSeconds }) => [endpoint, ttlSeconds])).toEqual([
      ['agentActivity', 86_400],
      ['agentActivity/file', 30 * 86_400],
      ['agentActivity/file', 30 * 86_400],
      ['agentActivity/file', 30 * 86_400],
      ['agentActivity', 15],
    ]);
    expect(harness.stored[1]?.key).toEqual(['/data_access_le/account/75555851/le/agentActivity/late.gz']);
  });

  test('downloads a file that is listed on two hosts once', async () => {
    const elsewhere = `https://va-a.da.liveperson.net${new URL(LIST_URL).pathname}/late.gz`;
    const twice = [...THREE_FILES, { ...LATE_FILE, href: elsewhere }];
    const harness = connectLivePerson(createScriptedVendor(twice));
    await harness.open().sessions('9', MAY_10);
    expect(harness.sent).toHaveLength(4);

    const lost = twice.map((file) => (file.name === LATE_FILE.name ? { ...file, reply: { status: 503 } } : file));
    const { sources } = await connectLivePerson(createScriptedVendor(lost)).open().sessions('9', MAY_10);
    expect(sources[0]?.error?.message).toContain('1 of 3 files');
  });

  test('downloads a file once when two lists name different hosts', async () => {
    const vendor = createScriptedVendor(THREE_FILES);
    const harness = connectLivePerson(async (request) => {
      const reply = await vendor(request);
      const isFirst = request.url.searchParams.get('startTime') === String(MAY_10.from);
      return isFirst ? { ...reply, body: String(reply.body).replaceAll('//va.', '//va-a.') } : reply;
    });
    const sources = harness.open();
    await sources.sessions('9', MAY_10);
    const { data } = await sources.sessions('9', { from: MAY_10.from - HOUR, to: MAY_10.to });
    expect(data).toHaveLength(1);
    expect(harness.sent.map(({ endpoint }) => endpoint)).toEqual([
      LIST_ENDPOINT,
      FILE_ENDPOINT,
      FILE_ENDPOINT,
      FILE_ENDPOINT,
      LIST_ENDPOINT,
    ]);
  });

  test('rejects a cached link to another host without a request', async () => {
    const account = { name: 'lp', vendor: 'LIVEPERSON' } as const;
    const clock = manualClock(NOW);
    const http = stubHttp(account, clock, createScriptedVendor(THREE_FILES));
    const scope = { signal: new AbortController().signal, record: () => undefined, restrictCache: () => undefined };
    const file = createClient(config.parse(conformance.account), {
      account,
      http,
      clock,
      onDropped: () => undefined,
      yielder: createEventLoopYielder(clock),
    }).file('https://evil.example/late.gz', scope);
    await expect(file).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'link_refused' });
    expect(http.sent).toEqual([]);
  });
});

test('reads a list with the text of an empty list in a file name', async () => {
  const file = { '@name': 'No Available Files', '@href': `${LIST_URL}/late.gz` };
  const list = jsonReply({ dataAccessFiles: { file: [file] } });
  const vendor = createScriptedVendor(THREE_FILES);
  const { data } = await connectLivePerson((request) => (request.endpoint === LIST_ENDPOINT ? list : vendor(request)))
    .open()
    .sessions('9', MAY_10);
  expect(data).toHaveLength(1);
});

describe('an empty window', () => {
  test.each([
    ['an error of status 404', NO_FILES],
    ['an error of status 400', { status: 400, body: 'No Available Files' }],
    ['an error of status 500', { status: 500, body: '{"message":"no available files for range"}' }],
    ['a list without files', jsonReply({ dataAccessFiles: { '@id': '1' } })],
  ])('returns no sessions for an empty window that is %s', async (_title, reply) => {
    const { data, sources } = await connectLivePerson(createScriptedVendor([], reply)).open().sessions('9', MAY_10);
    expect(data).toEqual([]);
    expect(sources).toMatchObject([{ outcome: 'OK', error: null }]);
  });

  test('rejects a response without a body: no document names it', async () => {
    const answer = connectLivePerson(createScriptedVendor([], { status: 204 }))
      .open()
      .sessions('9', MAY_10);
    await expect(answer).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });

  test('rejects another error than an empty list', async () => {
    const answer = connectLivePerson(createScriptedVendor([], { status: 500, body: 'Bad gateway' }))
      .open()
      .sessions('9', MAY_10);
    await expect(answer).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });
});

test('reads an empty list as a success whatever its status, and any other 404 as a wrong account', async () => {
  const account = { name: 'lp', vendor: 'LIVEPERSON' } as const;
  const clock = manualClock(NOW);
  const read = (status: number, body: string) => {
    const records: CallRecord[] = [];
    const context = {
      signal: new AbortController().signal,
      record: (call: CallRecord) => records.push(call),
      restrictCache: () => undefined,
    };
    const http = stubHttp(account, clock, () => ({ status, body }));
    const client = createClient(config.parse(conformance.account), {
      account,
      http,
      clock,
      onDropped: () => undefined,
      yielder: createEventLoopYielder(clock),
    });
    return client.list(MAY_10, { from: 0, to: NOW }, context);
  };
  await expect(read(404, '<html>No Available Files</html>')).resolves.toEqual({ links: [], refused: [] });
  await expect(read(404, 'Not Found')).rejects.toMatchObject({ code: 'VENDOR_REJECTED', reason: 'status_404' });
  await expect(read(500, 'Bad gateway')).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE', status: 500 });
});

test('an entry of the list without a link costs no other file', async () => {
  const vendor = createScriptedVendor(THREE_FILES);
  const harness = connectLivePerson((request) => {
    if (!request.url.pathname.endsWith('/agentActivity')) return vendor(request);
    const file = THREE_FILES.map(({ name }) => ({ '@href': `${LIST_URL}/${name}.gz` }));
    return jsonReply({ dataAccessFiles: { file: [{ '@name': 'lost' }, ...file] } });
  });
  const { data, sources } = await harness.open().sessions('9', MAY_10);
  expect(data[0]?.events).toHaveLength(6);
  expect(sources).toMatchObject([
    { outcome: 'PARTIAL', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'link_refused' } },
  ]);
});
