import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { connectLivePerson, createScriptedVendor, NOW } from '../../../test/support/scripted-liveperson.ts';
import { stubHttp } from '../../../test/support/vendor-harness.ts';
import { createAccountCache } from '../../cache/account-cache.ts';
import { createMemoryStore } from '../../cache/memory-store.ts';
import { ttlSchema } from '../../config/cache.ts';
import { HOUR } from '../../domain/time.ts';
import { conformance } from './conformance.ts';
import { toDiscoveredAgents } from './discovery.ts';
import { liveperson } from './index.ts';

describe('discovery', () => {
  const people = {
    name: 'recent',
    generated: NOW - 3 * HOUR,
    sessions: { '75555851-1': [{ at: NOW - 9 * HOUR, agent: 9 }] },
  };

  test('discovers the agents of recent files with their latest names', async () => {
    const older = { at: NOW - 20 * HOUR, agent: 9, login: 'old@example.com', nickname: 'Old' };
    const other = { at: NOW - 20 * HOUR, agent: 10, login: 'walter', nickname: '', userName: 'Walter' };
    const nameless = { at: NOW - 20 * HOUR, agent: 95, login: '', nickname: 'Nameless' };
    const files = [
      people,
      { name: 'earlier', generated: NOW - 30 * HOUR, sessions: { '75555851-2': [nameless, older, other] } },
    ];
    const harness = connectLivePerson(createScriptedVendor(files));
    const { data, sources } = await harness.open().discover();
    const listedBackwards = connectLivePerson(createScriptedVendor(files.toReversed()));
    expect(await listedBackwards.open().discover()).toMatchObject({ data });
    expect(data).toEqual([
      { ref: '10', aliases: ['walter'], name: 'Walter', email: null },
      {
        ref: '9',
        aliases: ['cragent@liveperson.com', 'old@example.com'],
        name: 'CRAgent',
        email: 'CRAgent@liveperson.com',
      },
      { ref: '95', aliases: [], name: 'Nameless', email: null },
    ]);
    expect(sources).toMatchObject([{ endpoint: 'agentActivity', outcome: 'OK', fetchedAt: NOW, servedFrom: 'VENDOR' }]);
    expect(harness.stored.at(-1)).toMatchObject({ key: ['agents'], ttlSeconds: 300 });
  });

  test('discovers agentIDs with the same address as latest login name as one agent, whose reference finds the data of all', async () => {
    const left = { at: NOW - 9 * HOUR, agent: 10, login: 'Jane@example.com', nickname: 'Jane, before' };
    const back = { at: NOW - 6 * HOUR, agent: 9, login: 'jane@example.com', nickname: 'Jane' };
    const sessions = { '75555851-1': [left], '75555851-2': [back] };
    const source = connectLivePerson(
      createScriptedVendor([{ name: 'both', generated: NOW - 3 * HOUR, sessions }]),
    ).open();
    const { data } = await source.discover();
    expect(data).toEqual([{ ref: 'jane@example.com', aliases: ['10', '9'], name: 'Jane', email: 'jane@example.com' }]);
    const found = await source.sessions(data[0]?.ref ?? '', { from: NOW - 12 * HOUR, to: NOW });
    const ids = ['75555851-1', '75555851-2'];
    expect(found.data.map(({ vendorSessionId }) => vendorSessionId)).toEqual(ids);
    // A directory that names one of the agentIDs means that one: the other may be another entry's.
    const byId = await source.sessions('9', { from: NOW - 12 * HOUR, to: NOW });
    expect(byId.data.map(({ vendorSessionId }) => vendorSessionId)).toEqual(['75555851-2']);
  });

  test('a login name that passed to another agent identifies only the one that has it now', async () => {
    const john = { at: NOW - 9 * HOUR, agent: 9, login: 'phone1', nickname: 'John' };
    const renamed = { at: NOW - 8 * HOUR, agent: 9, login: 'john', nickname: 'John' };
    const jane = { at: NOW - 6 * HOUR, agent: 10, login: 'phone1', nickname: 'Jane' };
    const sessions = { '75555851-1': [john, renamed], '75555851-2': [jane] };
    const source = connectLivePerson(
      createScriptedVendor([{ name: 'both', generated: NOW - 3 * HOUR, sessions }]),
    ).open();
    const { data } = await source.discover();
    expect(data).toEqual([
      { ref: '10', aliases: ['phone1'], name: 'Jane', email: null },
      { ref: '9', aliases: ['john'], name: 'John', email: null },
    ]);
    const during = { from: NOW - 12 * HOUR, to: NOW };
    const sessionsOf = async (ref: string) =>
      (await source.sessions(ref, during)).data.map((each) => each.vendorSessionId);
    expect(await sessionsOf('phone1')).toEqual(['75555851-2']);
    expect(await sessionsOf('9')).toEqual(['75555851-1']);
  });

  test('keeps agentIDs with another login name apart: the last one may be another person', async () => {
    const left = { at: NOW - 9 * HOUR, agent: 9, login: 'phone1', nickname: 'John' };
    const joined = { at: NOW - 6 * HOUR, agent: 10, login: 'Phone1', nickname: 'Jane' };
    const sessions = { '75555851-1': [left], '75555851-2': [joined] };
    const files = [{ name: 'both', generated: NOW - 3 * HOUR, sessions }];
    const { data } = await connectLivePerson(createScriptedVendor(files)).open().discover();
    expect(data).toEqual([
      { ref: '10', aliases: ['phone1'], name: 'Jane', email: null },
      { ref: '9', aliases: [], name: 'John', email: null },
    ]);
  });

  test('reads only the files of the last discoverHours', async () => {
    const files = [{ ...people, generated: NOW - 3 * HOUR }];
    const near = await connectLivePerson(createScriptedVendor(files), { entry: { discoverHours: 1 } })
      .open()
      .discover();
    expect(near.data).toEqual([]);
  });

  test('caches an incomplete discovery for a short time and reports it as PARTIAL', async () => {
    const harness = connectLivePerson(
      createScriptedVendor([people, { name: 'bad', generated: NOW - HOUR, reply: { status: 503 } }]),
    );
    const { data, sources } = await harness.open().discover();
    expect(data).toHaveLength(1);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { code: 'VENDOR_UNAVAILABLE' } }]);
    expect(harness.stored.at(-1)).toMatchObject({ key: ['agents'], ttlSeconds: 15 });
  });

  test('returns a cached discovery without a call', async () => {
    const account = { name: 'lp', vendor: 'LIVEPERSON' } as const;
    const clock = manualClock(NOW);
    const http = stubHttp(account, clock, createScriptedVendor([people]));
    const store = createMemoryStore(1e6);
    const cache = createAccountCache({ account, store, clock, staleIfErrorSeconds: 0, onRead: () => undefined });
    const shared = { account, clock, http, cache, ttl: ttlSchema.parse({}), onDropped: () => undefined };
    const { createDataSource, cachedAgents } = liveperson.connect(liveperson.config.parse(conformance.account), shared);
    expect(await cachedAgents?.()).toBeNull();
    expect(http.sent).toEqual([]);
    const { signal } = new AbortController();
    const scope = {
      signal,
      record: () => undefined,
      restrictCache: () => undefined,
      now: NOW,
      takeFileBudget: (n: number) => n,
    };
    const discovered = await createDataSource(scope).discover?.();
    const calls = http.sent.length;
    expect(discovered?.data).toMatchObject([{ ref: '9' }]);
    expect(await cachedAgents?.()).toEqual(discovered?.data);
    expect(http.sent).toHaveLength(calls);
  });

  test('offers no discovery when discover is false', () => {
    const { open, adapter } = connectLivePerson(createScriptedVendor([]), { entry: { discover: false } });
    expect(open().discover).toBeUndefined();
    expect(adapter.cachedAgents).toBeUndefined();
  });

  test('offers no current status', () => {
    expect(connectLivePerson(createScriptedVendor([])).open().currentStatus).toBeUndefined();
  });
});

test('merges the agents of many files in slices', async () => {
  const AGENTS = 10_000;
  const content = (at: number) => ({
    agents: Object.fromEntries(
      Array.from({ length: AGENTS }, (_, id) => {
        const names = { at, loginName: `a${id}@example.com`, nickname: null, userName: `${id} at ${at}` };
        return [String(id), { names, records: '' }];
      }),
    ),
    logins: Object.fromEntries(Array.from({ length: AGENTS }, (_, id) => [`a${id}@example.com`, [String(id)]])),
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
  let turns = 0;
  const yieldIfDue = () => {
    turns += 1;
    return Promise.resolve();
  };
  const agents = await toDiscoveredAgents([content(2), content(1)], { yieldIfDue });
  expect(agents).toHaveLength(AGENTS);
  expect(agents[1]).toEqual({ ref: '1', aliases: ['a1@example.com'], name: '1 at 2', email: 'a1@example.com' });
  // Names and logins of two files, and the result: a slice has 500 of them at most.
  expect(turns).toBeGreaterThanOrEqual((5 * AGENTS) / 500);
});
