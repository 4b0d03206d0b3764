import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { answeringHttp } from '../../../test/support/vendor-harness.ts';
import { createAccountCache } from '../../cache/account-cache.ts';
import { createMemoryStore } from '../../cache/memory-store.ts';
import { ttl } from '../../config/cache.ts';
import { HOUR } from '../../domain/time.ts';
import { conformance } from './conformance.ts';
import { liveperson } from './index.ts';
import { connect, now, vendorWith } from './scripted-vendor.fixture.ts';

describe('discovery', () => {
  const people = {
    name: 'recent',
    generated: now - 3 * HOUR,
    sessions: { '75555851-1': [{ at: now - 9 * HOUR, agent: 9 }] },
  };

  test('names the agents of the last hours’ files by the latest of their names', async () => {
    const older = { at: now - 20 * HOUR, agent: 9, login: 'old@example.com', nickname: 'Old' };
    const other = { at: now - 20 * HOUR, agent: 10, login: 'walter', nickname: '', userName: 'Walter' };
    const nameless = { at: now - 20 * HOUR, agent: 95, login: '', nickname: 'Nobody' };
    const files = [
      people,
      { name: 'earlier', generated: now - 30 * HOUR, sessions: { '75555851-2': [nameless, older, other] } },
    ];
    const harness = connect(vendorWith(files));
    const { data, sources } = await harness.open().discover();
    const listedBackwards = connect(vendorWith(files.toReversed()));
    expect(await listedBackwards.open().discover()).toMatchObject({ data });
    expect(data).toEqual([
      { ref: '10', aliases: ['walter'], name: 'Walter', email: null },
      {
        ref: '9',
        aliases: ['cragent@liveperson.com', 'old@example.com'],
        name: 'CRAgent',
        email: 'CRAgent@liveperson.com',
      },
      { ref: '95', aliases: [], name: 'Nobody', email: null },
    ]);
    expect(sources).toMatchObject([{ endpoint: 'agentActivity', outcome: 'OK', fetchedAt: now, servedFrom: 'VENDOR' }]);
    expect(harness.kept.at(-1)).toMatchObject({ key: ['agents'], ttlSeconds: 300 });
  });

  test('looks back as far as it is told to', async () => {
    const files = [{ ...people, generated: now - 3 * HOUR }];
    const near = await connect(vendorWith(files), { entry: { discoverHours: 1 } })
      .open()
      .discover();
    expect(near.data).toEqual([]);
  });

  test('keeps what it found only shortly when something is missing, and says so', async () => {
    const harness = connect(vendorWith([people, { name: 'bad', generated: now - HOUR, reply: { status: 503 } }]));
    const { data, sources } = await harness.open().discover();
    expect(data).toHaveLength(1);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { code: 'VENDOR_UNAVAILABLE' } }]);
    expect(harness.kept.at(-1)).toMatchObject({ key: ['agents'], ttlSeconds: 15 });
  });

  test('is recalled without a call, once there is something to recall', async () => {
    const account = { name: 'lp', vendor: 'LIVEPERSON' } as const;
    const clock = manualClock(now);
    const http = answeringHttp(account, clock, vendorWith([people]));
    const store = createMemoryStore(1e6);
    const cache = createAccountCache({ account, store, clock, staleIfErrorSeconds: 0, onRead: () => undefined });
    const shared = { account, clock, http, cache, ttl: ttl.parse({}) };
    const { open, recall } = liveperson.connect(liveperson.config.parse(conformance.account), shared);
    expect(await recall?.()).toBeNull();
    expect(http.sent).toEqual([]);
    const { signal } = new AbortController();
    const scope = { signal, record: () => undefined, expires: () => undefined, now, grantFiles: (n: number) => n };
    const found = await open(scope).discover?.();
    const calls = http.sent.length;
    expect(found?.data).toMatchObject([{ ref: '9' }]);
    expect(await recall?.()).toEqual(found?.data);
    expect(http.sent).toHaveLength(calls);
  });

  test('can be switched off', () => {
    const { open, connection } = connect(vendorWith([]), { entry: { discover: false } });
    expect(open().discover).toBeUndefined();
    expect(connection.recall).toBeUndefined();
  });

  test('there is no current status', () => {
    expect(connect(vendorWith([])).open().currentStatus).toBeUndefined();
  });
});
