import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { answeringHttp, json } from '../../../test/support/vendor-harness.ts';
import { HOUR } from '../../domain/time.ts';
import { createClient, FILE, LIST } from './client.ts';
import { config } from './config.ts';
import { conformance } from './conformance.ts';
import { type ApiKey, createVerifier } from './sandbox/oauth.ts';
import { base, connect, late, may10, noFiles, now, threeFiles, vendorWith } from './scripted-vendor.fixture.ts';

describe('calls', () => {
  test('one list and every file once, for all agents and questions of a query', async () => {
    const harness = connect(vendorWith(threeFiles));
    const sources = harness.open();
    const questions = ['9', '8', '7'].flatMap((ref) => [
      sources.sessions(ref, may10),
      sources.statusPeriods(ref, may10),
    ]);
    await Promise.all([...questions, sources.sessions('9', { from: may10.from, to: may10.from + HOUR })]);
    expect(harness.sent.filter(({ endpoint }) => endpoint === 'agentActivity')).toHaveLength(2);
    expect(harness.sent.filter(({ endpoint }) => endpoint === 'agentActivity/file')).toHaveLength(3);
  });

  test('are signed for their own address, and ask for neither coding nor the future', async () => {
    const harness = connect(vendorWith([{ name: 'f', generated: now - HOUR, sessions: {} }]));
    await harness.open().sessions('9', { from: now - 2 * HOUR, to: now });
    const [list, file] = harness.sent;
    expect(list?.url.search).toBe(`?startTime=${now - 2 * HOUR - 20 * 60_000}&endTime=${now}`);
    expect(list?.headers.accept).toBe('application/json');
    const authorizations = [list, file].map((sent) => sent?.headers.authorization);
    for (const header of authorizations) expect(header).toMatch(/^OAuth oauth_consumer_key="gateway", oauth_token="/);
    expect(new Set(authorizations).size).toBe(2);
    expect(Object.keys(file?.headers ?? {})).toEqual(['authorization']);
    const problemOf = createVerifier(conformance.account as unknown as ApiKey, () => now);
    expect(harness.sent.map((request) => problemOf({ ...request, body: Buffer.from(request.body) }))).toEqual([
      null,
      null,
    ]);
  });

  test('are kept: lists for a day once no file can be added, files for as long as they live', async () => {
    const harness = connect(vendorWith(threeFiles));
    await harness.open().sessions('9', may10);
    await harness.open().sessions('9', { from: now - HOUR, to: now });
    expect(harness.kept.map(({ endpoint, ttlSeconds }) => [endpoint, ttlSeconds])).toEqual([
      ['agentActivity', 86_400],
      ['agentActivity/file', 30 * 86_400],
      ['agentActivity/file', 30 * 86_400],
      ['agentActivity/file', 30 * 86_400],
      ['agentActivity', 15],
    ]);
    expect(harness.kept[1]?.key).toEqual(['/data_access_le/account/75555851/le/agentActivity/late.gz']);
  });

  test('a file on two hosts is one file', async () => {
    const elsewhere = `https://va-a.da.liveperson.net${new URL(base).pathname}/late.gz`;
    const twice = [...threeFiles, { ...late, href: elsewhere }];
    const harness = connect(vendorWith(twice));
    await harness.open().sessions('9', may10);
    expect(harness.sent).toHaveLength(4);

    const lost = twice.map((file) => (file.name === late.name ? { ...file, reply: { status: 503 } } : file));
    const { sources } = await connect(vendorWith(lost)).open().sessions('9', may10);
    expect(sources[0]?.error?.message).toContain('1 of 3 files');
  });

  test('nor is it another where two lists name two hosts', async () => {
    const vendor = vendorWith(threeFiles);
    const harness = connect(async (request) => {
      const reply = await vendor(request);
      const isFirst = request.url.searchParams.get('startTime') === String(may10.from);
      return isFirst ? { ...reply, body: String(reply.body).replaceAll('//va.', '//va-a.') } : reply;
    });
    const sources = harness.open();
    await sources.sessions('9', may10);
    const { data } = await sources.sessions('9', { from: may10.from - HOUR, to: may10.to });
    expect(data).toHaveLength(1);
    expect(harness.sent.map(({ endpoint }) => endpoint)).toEqual([LIST, FILE, FILE, FILE, LIST]);
  });

  test('are not made to where a link must not lead, were it one that was kept', async () => {
    const account = { name: 'lp', vendor: 'LIVEPERSON' } as const;
    const clock = manualClock(now);
    const http = answeringHttp(account, clock, vendorWith(threeFiles));
    const scope = { signal: new AbortController().signal, record: () => undefined, expires: () => undefined };
    const file = createClient(config.parse(conformance.account), account, http, clock).file(
      'https://evil.example/late.gz',
      scope,
    );
    await expect(file).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'link_refused' });
    expect(http.sent).toEqual([]);
  });
});

test('a list is one, whatever words are in it', async () => {
  const file = { '@name': 'No Available Files', '@href': `${base}/late.gz` };
  const list = json({ dataAccessFiles: { file: [file] } });
  const vendor = vendorWith(threeFiles);
  const { data } = await connect((request) => (request.endpoint === LIST ? list : vendor(request)))
    .open()
    .sessions('9', may10);
  expect(data).toHaveLength(1);
});

describe('an empty window', () => {
  test.each([
    ['an error of status 404', noFiles],
    ['an error of status 400', { status: 400, body: 'No Available Files' }],
    ['an error of status 500', { status: 500, body: '{"message":"no available files for range"}' }],
    ['no content', { status: 204 }],
    ['a list without files', json({ dataAccessFiles: { '@id': '1' } })],
  ])('is an empty answer, be it %s', async (_title, reply) => {
    const { data, sources } = await connect(vendorWith([], reply)).open().sessions('9', may10);
    expect(data).toEqual([]);
    expect(sources).toMatchObject([{ outcome: 'OK', error: null }]);
  });

  test('is an error where the vendor says something else', async () => {
    const answer = connect(vendorWith([], { status: 500, body: 'Bad gateway' }))
      .open()
      .sessions('9', may10);
    await expect(answer).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });
});
