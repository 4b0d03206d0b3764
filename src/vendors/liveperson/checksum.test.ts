import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock } from '../../../test/support/clock.ts';
import { createScriptedVendor, MAY_10, NOW, THREE_FILES } from '../../../test/support/scripted-liveperson.ts';
import { stubHttp } from '../../../test/support/vendor-harness.ts';
import { createAccountCache } from '../../cache/account-cache.ts';
import type { Entry, Store } from '../../cache/store.ts';
import { ttlSchema } from '../../config/cache.ts';
import { isIntact, withChecksum } from './checksum.ts';
import { conformance } from './conformance.ts';
import { directoryNamespace } from './data-source.ts';
import { liveperson } from './index.ts';

/** A shared store whose texts a test can damage. */
function createSharedStore() {
  const texts = new Map<string, string>();
  const dates = new Map<string, Entry>();
  const store: Store = {
    getMany: (keys) => Promise.resolve(keys.map((key) => entryOf(dates.get(key), texts.get(key)))),
    set: (key, entry) => {
      texts.set(key, JSON.stringify(entry.value));
      dates.set(key, entry);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return { store, texts };
}

/** Returns an entry as a shared store does: a text that is not JSON is missing. */
function entryOf(entry: Entry | undefined, text: string | undefined): Entry | undefined {
  try {
    return entry && { ...entry, value: JSON.parse(text ?? '') as unknown };
  } catch {
    return undefined;
  }
}

function createGateway() {
  const { store, texts } = createSharedStore();
  const config = liveperson.config.parse({ ...conformance.account, discoverHours: 144 });
  const account = { name: config.name, vendor: liveperson.name };
  const clock = manualClock(NOW);
  const http = stubHttp(account, clock, createScriptedVendor(THREE_FILES));
  const cache = createAccountCache({ account, store, clock, staleIfErrorSeconds: 0, onRead: () => undefined });
  const connection = liveperson.connect(config, {
    account,
    clock,
    http,
    cache,
    ttl: ttlSchema.parse({}),
    tokenStore: undefined,
    onDropped: () => undefined,
  });
  const { signal } = new AbortController();
  const scope = {
    signal,
    record: () => undefined,
    restrictCache: () => undefined,
    now: NOW,
    takeFileBudget: (n: number) => n,
  };
  const ask = async () => {
    const sources = connection.createDataSource(scope);
    return Promise.all([
      sources.sessions?.('9', MAY_10),
      sources.statusPeriods?.('cragent@liveperson.com', MAY_10),
      sources.discover?.(),
    ]);
  };
  const readAll = async () =>
    (await ask()).map((answer) => [answer?.data, answer?.sources.map(({ outcome }) => outcome)]);
  return { readAll, texts, sent: http.sent };
}

const damage = fc.record({
  which: fc.nat(),
  at: fc.nat(),
  // Characters after which the text is still JSON are the most interesting.
  replacement: fc.oneof(
    fc.constant(''),
    fc.constantFrom('0', '1', '9', ',', ';', ':', '"', '[', ']', '{', '}', '-', 'e', '.', ' '),
    fc.string({ maxLength: 1 }),
  ),
});

test('fetches damaged cache entries again and returns the same results', async () => {
  const { readAll, texts, sent } = createGateway();
  const expected = await readAll();
  const intact = new Map(texts);
  // Lists of the range and for discovery, three files, the agents.
  expect(expected.map(([data]) => (data as readonly unknown[]).length)).toEqual([1, 4, 1]);
  expect(intact.size).toBe(6);
  const calls = sent.length;
  expect(await readAll()).toEqual(expected);
  expect(sent).toHaveLength(calls);
  await fc.assert(
    fc.asyncProperty(damage, async ({ which, at, replacement }) => {
      for (const [key, text] of intact) texts.set(key, text);
      const [key, text] = [...intact][which % intact.size] ?? ['', ''];
      const place = at % text.length;
      texts.set(key, text.slice(0, place) + replacement + text.slice(place + 1));
      expect(await readAll()).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test.each<[string, unknown]>([
  ['null for agents', { agents: null, logins: {}, flaws: {} }],
  ['a checksum of another value', { ...withChecksum({ agents: {} }), agents: { 9: {} } }],
  ['another field', withChecksum({ links: [] })],
  ['a missing field', withChecksum({ agents: [] })],
  ['null', null],
  ['a list', []],
])('rejects a cached value with %s', (_what, value) => {
  expect(isIntact(value, ['agents', 'gaps'])).toBe(false);
  expect(directoryNamespace.isValid(value)).toBe(false);
});
