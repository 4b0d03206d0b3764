import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { createActivityDocument } from '../../../test/support/liveperson-documents.ts';
import {
  connectLivePerson,
  createScriptedVendor,
  type GeneratedFile,
  instantAt,
  LATE_FILE,
  MAY_10,
  SHIFT_EVENTS,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';
import type { SandboxResponse } from '../sandbox.ts';
import { LIST_ENDPOINT } from './client.ts';

describe('failures', () => {
  const broken = (reply: SandboxResponse) =>
    THREE_FILES.map((file) => (file.name === 'middle' ? { ...file, reply } : file));
  const ask = (files: readonly GeneratedFile[], entry = {}) =>
    connectLivePerson(createScriptedVendor(files), { entry }).open().sessions('9', MAY_10);

  test.each([
    ['fails', { status: 503 }, 'VENDOR_UNAVAILABLE', '1 of 3 files are missing'],
    ['is missing', { status: 404 }, 'VENDOR_REJECTED', '1 of 3 files are missing'],
    [
      'is cut',
      { status: 200, body: gzipSync('{"a":1}').subarray(0, 15) },
      'VENDOR_BAD_RESPONSE',
      '1 of 3 files are missing',
    ],
    ['is empty', { status: 200 }, 'VENDOR_BAD_RESPONSE', '1 of 3 files are missing'],
    ['has no content', { status: 204 }, 'VENDOR_BAD_RESPONSE', '1 of 3 files are missing'],
    ['is a login page', { status: 200, body: '<html>' }, 'VENDOR_BAD_RESPONSE', '1 of 3 files are missing'],
  ])('returns the data of the other files when one file %s', async (_title, reply, code, message) => {
    const { data, sources } = await ask(broken(reply));
    expect(data[0]?.events).toHaveLength(5);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { code } }]);
    // A file may have events of any time of the range.
    expect(sources[0]?.incompleteDuring).toBeUndefined();
    expect(sources[0]?.error?.message).toContain(message);
  });

  test('reports the retry delay of a rate limit', async () => {
    const { sources } = await ask(broken({ status: 429, headers: { 'Retry-After': '17' } }));
    expect(sources).toMatchObject([
      {
        error: {
          vendor: 'LIVEPERSON',
          account: 'lp',
          endpoint: 'agentActivity',
          code: 'VENDOR_RATE_LIMITED',
          status: 429,
          retryAfterSeconds: 17,
        },
      },
    ]);
  });

  test('reports a file that is cut after its documents and caches it for a short time', async () => {
    const document = JSON.stringify(createActivityDocument([{ session: '75555851-1', events: SHIFT_EVENTS }]));
    const harness = connectLivePerson(
      createScriptedVendor(broken({ status: 200, body: gzipSync(document).subarray(0, -4) })),
    );
    const { data, sources } = await harness.open().sessions('9', MAY_10);
    expect(data[0]?.events).toHaveLength(6);
    expect(sources).toMatchObject([
      { outcome: 'PARTIAL', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'file_truncated' } },
    ]);
    expect(harness.stored.map(({ ttlSeconds }) => ttlSeconds)).toEqual([86_400, 30 * 86_400, 15, 30 * 86_400]);
  });

  test('rejects when all files fail', async () => {
    await expect(ask(THREE_FILES.map((file) => ({ ...file, reply: { status: 500 } })))).rejects.toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
      endpoint: 'agentActivity/file',
    });
  });

  test('returns an empty part when no file exists any more: the account was read, but not completely', async () => {
    const result = await ask(THREE_FILES.map((file) => ({ ...file, reply: { status: 404 } })));
    const error = { code: 'VENDOR_REJECTED', reason: 'status_404', status: 404, retryable: false };
    expect(result).toMatchObject({ data: [], sources: [{ outcome: 'PARTIAL', servedFrom: 'VENDOR', error }] });
    expect(result.sources[0]?.error?.message).toContain('3 of 3 files are missing');
    const failing = THREE_FILES.map((file, index) => ({ ...file, reply: { status: index === 0 ? 404 : 500 } }));
    await expect(ask(failing)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  test('returns the data of the other lists when one fails and rejects when all fail', async () => {
    const vendor = createScriptedVendor(THREE_FILES);
    const range = { from: instantAt('01T00:00:00'), to: instantAt('11T00:00:00') };
    const failing = (which: (from: number) => boolean) =>
      connectLivePerson((request) => {
        const from = request.url.searchParams.get('startTime');
        return from !== null && which(Number(from)) ? { status: 503 } : vendor(request);
      }).open();
    const { data, sources } = await failing((from) => from < instantAt('05T00:00:00')).sessions('9', range);
    expect(data).toHaveLength(1);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { code: 'VENDOR_UNAVAILABLE' } }]);
    expect(sources[0]?.error?.message).toContain('1 of 2 lists');
    await expect(failing(() => true).sessions('9', range)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  test('omits files beyond the file budget', async () => {
    const harness = connectLivePerson(createScriptedVendor(THREE_FILES));
    const requested: number[] = [];
    const takeFileBudget = (wanted: number) => {
      requested.push(wanted);
      return 2;
    };
    const { data, sources } = await harness.open({ takeFileBudget }).sessions('9', MAY_10);
    expect(requested).toEqual([3]);
    expect(harness.sent).toHaveLength(3);
    expect(data).toHaveLength(1);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { code: 'VENDOR_REJECTED', reason: 'file_limit' } }]);
    expect(sources[0]?.error?.message).toContain('limits.maxFiles');
    const none = await harness.open({ takeFileBudget: () => 0 }).sessions('9', MAY_10);
    expect(none).toMatchObject({ data: [], sources: [{ outcome: 'PARTIAL' }] });
  });

  test.each([
    'https://evil.example/data_access_le/account/75555851/le/agentActivity/late.gz',
    'http://va.da.liveperson.net/data_access_le/account/75555851/le/agentActivity/late.gz',
    'https://va.da.liveperson.net/data_access_le/account/28045150/le/agentActivity/late.gz',
  ])('rejects the link %s without a request', async (href) => {
    const harness = connectLivePerson(createScriptedVendor([{ ...LATE_FILE, href }, ...THREE_FILES.slice(1)]));
    const { data, sources } = await harness.open().sessions('9', MAY_10);
    expect(harness.sent.map(({ url }) => url.href)).not.toContain(href);
    expect(data[0]?.events).toHaveLength(5);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { reason: 'link_refused' } }]);
    // The vendor may have corrected it the next time.
    const list = harness.stored.find(({ endpoint }) => endpoint === LIST_ENDPOINT);
    expect(list).toMatchObject({ ttlSeconds: 15, isFinal: false });
    const only = connectLivePerson(createScriptedVendor([{ ...LATE_FILE, href }]))
      .open()
      .sessions('9', MAY_10);
    await expect(only).rejects.toMatchObject({
      vendor: 'LIVEPERSON',
      account: 'lp',
      endpoint: 'agentActivity/file',
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'link_refused',
    });
  });

  test('counts rejected links in the total number of files', async () => {
    const [, middle, early] = broken({ status: 503 });
    const { sources } = await ask(
      [{ ...LATE_FILE, href: 'https://evil.example/late.gz' }, middle, early].flatMap((file) => file ?? []),
    );
    expect(sources[0]?.error?.message).toContain('1 of 3 files');
  });

  test('rejects with an unexpected error instead of reporting a gap', async () => {
    const mistake = new TypeError('not the vendor’s');
    const next = { name: 'next', generated: instantAt('12T10:00:00'), sessions: {} };
    const vendor = createScriptedVendor([...THREE_FILES, next]);
    const sources = connectLivePerson((request) => {
      if (request.url.pathname.includes(next.name)) throw mistake;
      return vendor(request);
    }).open();
    // Some files of the second query are already loaded.
    await sources.sessions('9', MAY_10);
    await expect(sources.sessions('9', { from: MAY_10.from, to: instantAt('12T00:00:00') })).rejects.toBe(mistake);
  });

  test('reports encrypted login names for a lookup by login name only', async () => {
    const login = '-----BEGIN PGP MESSAGE-----\nwcBMA8\n-----END PGP MESSAGE-----';
    const encrypted = SHIFT_EVENTS.slice(1, 5).map((event) => ({ ...event, login }));
    const odd = encrypted.map((event) => ({ ...event, agent: -7 }));
    const files = THREE_FILES.map((file) =>
      file.name === 'middle' ? { ...file, sessions: { '75555851-1': encrypted, '75555851-2': odd } } : file,
    );
    const sources = connectLivePerson(createScriptedVendor(files)).open();
    const outcomeOf = async (ref: string) => {
      const { data, sources: reports } = await sources.sessions(ref, MAY_10);
      return [data.length, reports[0]?.outcome, reports[0]?.error?.reason];
    };
    expect(await outcomeOf('jane@example.com')).toEqual([0, 'PARTIAL', 'encrypted']);
    expect(await outcomeOf('jane7')).toEqual([0, 'PARTIAL', 'encrypted']);
    expect(await outcomeOf('7jane')).toEqual([0, 'PARTIAL', 'encrypted']);
    expect(await outcomeOf('cragent@liveperson.com')).toEqual([1, 'PARTIAL', 'encrypted']);
    // An agentID is not looked up by login name, whether it is in the files or not.
    expect(await outcomeOf('9')).toEqual([1, 'OK', undefined]);
    expect(await outcomeOf('10')).toEqual([0, 'OK', undefined]);
    expect(await outcomeOf(' 10 ')).toEqual([0, 'OK', undefined]);
    expect(await outcomeOf(' -7 ')).toEqual([1, 'OK', undefined]);
  });

  test('omits events that cannot be read and reports them', async () => {
    const events = [{ at: NaN }, ...SHIFT_EVENTS, { at: NaN }];
    const body = JSON.stringify(createActivityDocument([{ session: '75555851-1', events }]));
    const { data, sources } = await ask(broken({ status: 200, body }));
    expect(data[0]?.events).toHaveLength(6);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { code: 'VENDOR_BAD_RESPONSE', reason: 'contract' } }]);
  });

  test('omits another account’s records and reports them', async () => {
    const foreign = JSON.stringify(createActivityDocument([{ events: SHIFT_EVENTS }], { account: '28045150' }));
    const own = JSON.stringify(createActivityDocument([{ session: '75555851-1', events: SHIFT_EVENTS }]));
    const ttlsFor = async (body: string) => {
      const harness = connectLivePerson(createScriptedVendor(broken({ status: 200, body })));
      const { data, sources } = await harness.open().sessions('9', MAY_10);
      expect(data).toHaveLength(1);
      expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { reason: 'foreign_account' } }]);
      return harness.stored.filter(({ key }) => String(key).includes('middle')).map(({ ttlSeconds }) => ttlSeconds);
    };
    expect(await ttlsFor(`${own}\n${foreign}`)).toEqual([30 * 86_400]);
    // With only another account's records, the account's own file may still come.
    expect(await ttlsFor(foreign)).toEqual([15]);
  });
});
