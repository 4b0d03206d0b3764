import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { flushPromises } from '../../../test/support/flush-promises.ts';
import {
  connectLivePerson,
  createScriptedVendor,
  LIST_URL,
  MAY_10,
  NOW,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';
import { type RequestHandler, stubHttp } from '../../../test/support/vendor-harness.ts';
import { createAccountCache } from '../../cache/account-cache.ts';
import { createMemoryStore } from '../../cache/memory-store.ts';
import type { Store } from '../../cache/store.ts';
import { ttlSchema } from '../../config/cache.ts';
import { createEventLoopYielder, runAtOnce } from '../../domain/event-loop-yielder.ts';
import type { CallRecord } from '../../http/types.ts';
import { type ContentLease, contentMemoryLimits, createContentMemory } from '../content-memory.ts';
import type { SandboxResponse } from '../sandbox.ts';
import { withChecksum } from './checksum.ts';
import { createClient, FILE_ENDPOINT, LIST_ENDPOINT } from './client.ts';
import { collectFiles } from './collect-files.ts';
import { config } from './config.ts';
import { conformance } from './conformance.ts';
import { createDataSource } from './data-source.ts';
import { storedSize, toStoredFile } from './files/stored-file.ts';
import { createKeptContent } from './kept-content.ts';
import { createLoaders, type LivePersonDeps } from './loaders.ts';

const account = { name: 'lp', vendor: 'LIVEPERSON' } as const;
const settings = config.parse(conformance.account);
const clock = manualClock(NOW);
const scope = {
  signal: new AbortController().signal,
  record: () => undefined,
  restrictCache: () => undefined,
  now: NOW,
};

function connect(store: Store, vendor: RequestHandler = createScriptedVendor(THREE_FILES)) {
  const http = stubHttp(account, clock, vendor);
  const cache = createAccountCache({ account, store, clock, staleIfErrorSeconds: 0, onRead: () => undefined });
  const yielder = createEventLoopYielder(clock);
  const onDropped = () => undefined;
  const client = createClient(settings, { account, http, clock, onDropped, yielder });
  const contentMemory = createContentMemory(contentMemoryLimits(Infinity), clock);
  const keptContent = createKeptContent(account.name, contentMemory.derived, yielder);
  return {
    lp: {
      ...{ account, config: settings, client, cache, ttl: ttlSchema.parse({}) },
      ...{ onDropped, yielder, keptContent, contentMemory },
    },
    sent: http.sent,
  };
}

describe('concurrent queries', () => {
  function gateway() {
    const { lp, sent } = connect(createMemoryStore(1e6));

    /** Queries with a file budget; returns the requested budgets and the result. */
    async function ask(budget: number) {
      const requested: number[] = [];
      let left = budget;
      const takeFileBudget = (wanted: number) => {
        requested.push(wanted);
        const granted = Math.min(wanted, left);
        left -= granted;
        return granted;
      };
      const answer = await createDataSource(lp, { ...scope, takeFileBudget }).sessions?.('9', MAY_10);
      const reports = answer?.sources.map(({ outcome, error }) => [outcome, error?.reason ?? null]);
      return { requested, reports, events: answer?.data[0]?.events.length };
    }

    return { ask, sentTo: (endpoint: string) => sent.filter((request) => request.endpoint === endpoint).length };
  }

  test('requests a file again that a concurrent query had no budget for', async () => {
    const { ask, sentTo } = gateway();
    const [poor, rich] = await Promise.all([ask(1), ask(10)]);
    expect(poor).toEqual({ requested: [3], reports: [['PARTIAL', 'file_limit']], events: 2 });
    expect(rich).toEqual({ requested: [2], reports: [['OK', null]], events: 6 });
    expect([sentTo(LIST_ENDPOINT), sentTo(FILE_ENDPOINT)]).toEqual([1, 3]);
  });

  test('joins downloads without using the own file budget', async () => {
    const { ask, sentTo } = gateway();
    const [rich, poor] = await Promise.all([ask(10), ask(0)]);
    expect([rich.requested, rich.events]).toEqual([[3], 6]);
    expect(poor).toEqual({ requested: [], reports: [['OK', null]], events: 6 });
    expect([sentTo(LIST_ENDPOINT), sentTo(FILE_ENDPOINT)]).toEqual([1, 3]);
  });

  test('downloads up to the file budget of each concurrent query and no more', async () => {
    const { ask, sentTo } = gateway();
    const [first, second] = await Promise.all([ask(1), ask(1)]);
    expect([first.requested, second.requested]).toEqual([[3], [2]]);
    expect([first.reports, second.reports]).toEqual([[['PARTIAL', 'file_limit']], [['PARTIAL', 'file_limit']]]);
    expect([sentTo(LIST_ENDPOINT), sentTo(FILE_ENDPOINT)]).toEqual([1, 2]);
  });
});

describe('files', () => {
  /** A gateway whose vendor lacks or delays some files; a query returns the outcome of its source and its number of events. */
  function gateway(reply: (name: string) => SandboxResponse | Promise<SandboxResponse> | undefined) {
    const vendor = createScriptedVendor(THREE_FILES);
    const { lp, sent } = connect(createMemoryStore(1e6), (request) => {
      const name = THREE_FILES.find((file) => request.url.pathname.includes(file.name))?.name;
      return (name === undefined ? undefined : reply(name)) ?? vendor(request);
    });
    const records: CallRecord[] = [];
    const ask = async () => {
      const request = { ...scope, record: (call: CallRecord) => records.push(call), takeFileBudget: (n: number) => n };
      const result = await createDataSource(lp, request).sessions?.('9', MAY_10);
      return result?.sources.map(({ outcome, error }) => [outcome, error?.code ?? null]);
    };
    const downloads = () => sent.filter(({ endpoint }) => endpoint === FILE_ENDPOINT).map(({ url }) => url.pathname);
    return { lp, ask, downloads, records };
  }

  test('remembers that a file does not exist, for half a minute and at no cost to other files', async () => {
    const { ask, downloads, records } = gateway((name) => (name === 'middle' ? { status: 404 } : undefined));
    for (let query = 0; query < 3; query++) expect(await ask()).toEqual([['PARTIAL', 'VENDOR_REJECTED']]);
    expect(downloads()).toHaveLength(3);
    expect(records.filter(({ outcome }) => outcome === 'NOT_FOUND').at(-1)).toMatchObject({
      endpoint: FILE_ENDPOINT,
      servedFrom: 'CACHE',
      keys: 1,
    });
    clock.advance(30_000);
    expect(await ask()).toEqual([['PARTIAL', 'VENDOR_REJECTED']]);
    expect(downloads().slice(3)).toEqual([expect.stringContaining('middle')]);
  });

  test('serves settled lists and good files past their TTL as OK while the vendor fails', async () => {
    let isDown = false;
    const vendor = createScriptedVendor(THREE_FILES);
    const { lp } = connect(createMemoryStore(1e6), (request) => (isDown ? { status: 503 } : vendor(request)));
    const shortLived = { ...lp, ttl: { ...lp.ttl, statusPast: 60, files: 60 } };
    const read = async () => {
      const request = { ...scope, takeFileBudget: (n: number) => n };
      return (await createDataSource(shortLived, request).sessions?.('9', MAY_10))?.sources.map(
        ({ outcome }) => outcome,
      );
    };
    expect(await read()).toEqual(['OK']);
    clock.advance(3_600_000);
    isDown = true;
    expect(await read()).toEqual(['OK']);
  });

  test.each([
    [60, { good: [60, true], damaged: [15, false] }],
    [5, { good: [5, true], damaged: [5, false] }],
    // Of no use after that: the vendor keeps files for 30 days.
    [30 * 86_400, { good: [30 * 86_400, false], damaged: [15, false] }],
  ])('keeps files for %i seconds, and a damaged one no longer than a live status', async (files, expected) => {
    const vendor = createScriptedVendor(THREE_FILES);
    const harness = connectLivePerson(
      async (request) => {
        const reply = await vendor(request);
        const isCut = request.url.pathname.includes('middle') && Buffer.isBuffer(reply.body);
        return isCut ? { ...reply, body: reply.body.subarray(0, -4) } : reply;
      },
      { ttl: { files } },
    );
    await harness.open().sessions('9', MAY_10);
    const stored = harness.stored.filter(({ endpoint }) => endpoint === FILE_ENDPOINT);
    const kept = (name: string) => {
      const found = stored.find(({ key }) => key.join().includes(name));
      return [found?.ttlSeconds, found?.isFinal];
    };
    expect({ good: kept('early'), damaged: kept('middle') }).toEqual(expected);
  });

  test('passes a file to other readers before the slower files of its batch', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    const { lp, ask, downloads } = gateway((name) =>
      name === 'middle' ? released.then(() => ({ status: 404 })) : undefined,
    );
    const slow = ask();
    await flushPromises();
    const { files } = createLoaders(lp, { ...scope, takeFileBudget: () => 0 }, lp.contentMemory.createLease(scope));
    expect((await files.load(`${LIST_URL}/early.gz`)).fetchedAt).toBe(clock.now());
    release(undefined);
    await slow;
    expect(downloads()).toHaveLength(3);
  });
});

describe('memory for files', () => {
  const FILES = 300;
  const steps = toStoredFile({
    agents: {},
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
  const content = runAtOnce(steps);

  /** A store with a cached list of files. */
  function cachedFiles() {
    const links = Array.from({ length: FILES }, (_, index) => `${LIST_URL}/${index}.gz`);
    const list = withChecksum({ links, refused: [] });
    const dates = { fetchedAt: NOW, freshUntil: Infinity, expiresAt: Infinity };
    const reads: number[] = [];
    const store: Store = {
      getMany: (keys) => {
        const isOfFiles = keys[0]?.includes(`"${FILE_ENDPOINT}"`) === true;
        if (isOfFiles) reads.push(keys.length);
        return Promise.resolve(keys.map(() => ({ value: isOfFiles ? { ...content } : list, ...dates })));
      },
      set: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    return { lp: connect(store).lp, reads };
  }

  /** Memory for that many of the files. */
  function createMemory(maxQueryFiles: number, sharedFiles: number) {
    const size = storedSize(content);
    const limits = { maxQueryBytes: maxQueryFiles * size, sharedBytes: sharedFiles * size, derivedBytes: 2 ** 20 };
    return createContentMemory(limits, clock);
  }

  function collect(lp: LivePersonDeps, lease: ContentLease) {
    return collectFiles(createLoaders(lp, { ...scope, takeFileBudget: () => 0 }, lease), [MAY_10]);
  }

  test('reads all files of a query, a few at a time', async () => {
    const { lp, reads } = cachedFiles();
    const { contents, gaps } = await collect(lp, createMemory(FILES, 1).leaseOf(scope));
    expect([contents.length, gaps]).toEqual([FILES, []]);
    expect(Math.max(...reads)).toBe(16);
  });

  test('stops reading files once the query holds its maximum, apart from those being read', async () => {
    const { lp } = cachedFiles();
    const lease = createMemory(150, 1).leaseOf(scope);
    const { contents, gaps } = await collect(lp, lease);
    expect(contents.length).toBeGreaterThanOrEqual(150);
    expect(contents.length).toBeLessThan(150 + 128);
    expect(gaps).toMatchObject([{ code: 'VENDOR_REJECTED', reason: 'too_large', retryable: false }]);
    expect(gaps[0]?.message).toContain(`${FILES - contents.length} of ${FILES} files`);
    expect((await collect(lp, lease)).contents).toHaveLength(0);
  });

  test('waits while another query holds much, and reads all once it has ended', async () => {
    const { lp, reads } = cachedFiles();
    const memory = createMemory(FILES, 10);
    const first = memory.createLease(scope);
    await collect(lp, first);
    const readsOfFirst = reads.length;
    const second = collect(lp, memory.createLease(scope));
    await flushPromises();
    expect(reads.length).toBe(readsOfFirst);
    first.end();
    expect(await second).toMatchObject({ contents: { length: FILES }, gaps: [] });
  });

  test('omits the files when another query holds much until the query has to answer', async () => {
    const { lp } = cachedFiles();
    const memory = createMemory(FILES, 10);
    await collect(lp, memory.createLease(scope));
    const waitUntilMs = () => clock.monotonicMs() + 0;
    const { contents, gaps } = await collect(lp, memory.createLease({ ...scope, waitUntilMs }));
    expect(contents).toHaveLength(0);
    expect(gaps).toMatchObject([{ code: 'VENDOR_UNAVAILABLE', reason: 'memory_limit', retryable: true }]);
  });
});
