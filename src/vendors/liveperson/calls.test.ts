import { describe, expect, test } from '@jest/globals';
import { json } from '../../../test/support/vendor-harness.ts';
import { HOUR } from '../../domain/time.ts';
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
  });
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
