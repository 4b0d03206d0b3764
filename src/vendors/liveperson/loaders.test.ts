import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { createScriptedVendor, LIST_URL, MAY_10, NOW, THREE_FILES } from '../../../test/support/scripted-liveperson.ts';
import { stubHttp } from '../../../test/support/vendor-harness.ts';
import { createAccountCache } from '../../cache/account-cache.ts';
import { createMemoryStore } from '../../cache/memory-store.ts';
import type { Store } from '../../cache/store.ts';
import { ttlSchema } from '../../config/cache.ts';
import { withChecksum } from './checksum.ts';
import { createClient, FILE_ENDPOINT, LIST_ENDPOINT } from './client.ts';
import { collectFiles } from './collect-files.ts';
import { config } from './config.ts';
import { conformance } from './conformance.ts';
import { createDataSource } from './data-source.ts';
import { createLoaders } from './loaders.ts';

const account = { name: 'lp', vendor: 'LIVEPERSON' } as const;
const settings = config.parse(conformance.account);
const clock = manualClock(NOW);
const scope = {
  signal: new AbortController().signal,
  record: () => undefined,
  restrictCache: () => undefined,
  now: NOW,
};

function connect(store: Store) {
  const http = stubHttp(account, clock, createScriptedVendor(THREE_FILES));
  const cache = createAccountCache({ account, store, clock, staleIfErrorSeconds: 0, onRead: () => undefined });
  const client = createClient(settings, { account, http, clock, onDropped: () => undefined });
  return {
    lp: { account, config: settings, client, cache, ttl: ttlSchema.parse({}), onDropped: () => undefined },
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

describe('memory limit of a query', () => {
  /** A store with a cached list of files, each of that size. */
  function cachedFiles(files: number, size: number) {
    const links = Array.from({ length: files }, (_, index) => `${LIST_URL}/${index}.gz`);
    const flaws = { damage: null, foreign: 0, malformed: 0 };
    const list = withChecksum({ links, refused: [] });
    const content = withChecksum({ agents: {}, logins: {}, hasEncryptedLogins: false, size, flaws });
    const dates = { fetchedAt: NOW, freshUntil: Infinity, expiresAt: Infinity };
    const batches: number[] = [];
    const store: Store = {
      getMany: (keys) => {
        const isOfFiles = keys[0]?.includes(`"${FILE_ENDPOINT}"`) === true;
        if (isOfFiles) batches.push(keys.length);
        return Promise.resolve(keys.map(() => ({ value: isOfFiles ? content : list, ...dates })));
      },
      set: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    return { store, batches };
  }

  function loadersOf(store: Store) {
    return createLoaders(connect(store).lp, { ...scope, takeFileBudget: () => 0 });
  }

  test('reads all files of up to 2²⁸ characters after two batches', async () => {
    const { store, batches } = cachedFiles(300, 2 ** 20);
    const { contents, gaps } = await collectFiles(loadersOf(store), [MAY_10]);
    // After two batches the query holds exactly 2²⁸ characters.
    expect(batches).toEqual([128, 128, 44]);
    expect([contents.length, gaps]).toEqual([300, []]);
  });

  test('stops reading files beyond the memory limit', async () => {
    const { store, batches } = cachedFiles(300, 2 ** 20 + 1);
    const loaders = loadersOf(store);
    const { contents, gaps } = await collectFiles(loaders, [MAY_10]);
    expect([batches, contents.length]).toEqual([[128, 128], 256]);
    expect(gaps).toMatchObject([{ code: 'VENDOR_REJECTED', reason: 'too_large' }]);
    expect(gaps[0]?.message).toContain('44 of 300 files');
    const afterLimit = await collectFiles(loaders, [MAY_10]);
    expect([batches.length, afterLimit.contents.length]).toEqual([2, 0]);
  });
});
