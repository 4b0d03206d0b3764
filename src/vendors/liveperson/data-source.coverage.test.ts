import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import {
  connectLivePerson,
  createScriptedVendor,
  instantAt,
  NOW,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';
import { stubHttp } from '../../../test/support/vendor-harness.ts';
import { createAccountCache } from '../../cache/account-cache.ts';
import { createMemoryStore } from '../../cache/memory-store.ts';
import { ttlSchema } from '../../config/cache.ts';
import { DAY, HOUR, MINUTE } from '../../domain/time.ts';
import { conformance } from './conformance.ts';
import { liveperson } from './index.ts';

describe('coverage of files', () => {
  test('reports what is not certain to be written yet as a gap that time closes', async () => {
    const range = { from: instantAt('10T00:00:00'), to: NOW };
    const { data, sources } = await connectLivePerson(createScriptedVendor(THREE_FILES)).open().sessions('9', range);
    expect(data).toHaveLength(1);
    expect(sources).toMatchObject([
      {
        outcome: 'PARTIAL',
        coveredFrom: range.from,
        coveredTo: NOW - 30 * HOUR,
        incompleteDuring: [{ from: NOW - 30 * HOUR, to: NOW }],
        error: { code: 'VENDOR_UNAVAILABLE', reason: 'not_yet_written', retryable: true, status: null },
      },
    ]);
  });

  test('reports a range as complete from the moment when all of it is certain to be written', async () => {
    const ask = async (to: number) => {
      const { sources } = await connectLivePerson(createScriptedVendor(THREE_FILES))
        .open()
        .statusPeriods('9', { from: instantAt('10T00:00:00'), to });
      return sources.map(({ outcome, error }) => [outcome, error?.reason ?? null]);
    };
    expect(await ask(NOW - 30 * HOUR)).toEqual([['OK', null]]);
    expect(await ask(NOW - 30 * HOUR + 1)).toEqual([['PARTIAL', 'not_yet_written']]);
  });

  test('covers nothing of a range that begins later than all that is certain to be written', async () => {
    const range = { from: NOW - 2 * HOUR, to: NOW };
    const { sources } = await connectLivePerson(createScriptedVendor(THREE_FILES)).open().sessions('9', range);
    expect(sources).toMatchObject([
      { outcome: 'PARTIAL', coveredFrom: range.from, coveredTo: NOW - 30 * HOUR, incompleteDuring: [range] },
    ]);
  });

  test('reports a range in the future as not yet written, without a call', async () => {
    const harness = connectLivePerson(createScriptedVendor(THREE_FILES));
    const { data, sources } = await harness.open().sessions('9', { from: NOW + HOUR, to: NOW + 2 * HOUR });
    expect([data, harness.sent]).toEqual([[], []]);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { reason: 'not_yet_written' } }]);
  });

  test('returns nothing older than the retention: no call, and a report with the reason', async () => {
    const harness = connectLivePerson(createScriptedVendor(THREE_FILES));
    const { data, sources } = await harness.open().sessions('9', { from: NOW - 40 * DAY, to: NOW - 35 * DAY });
    expect([data, harness.sent]).toEqual([[], []]);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', fetchedAt: null, coveredFrom: NOW - 30 * DAY }]);
    expect(sources[0]?.incompleteDuring).toEqual([{ from: NOW - 40 * DAY, to: NOW - 35 * DAY }]);
    expect(sources[0]?.error?.message).toContain('30 days');
  });

  test('returns the part of a range within the retention', async () => {
    const { data, sources } = await connectLivePerson(createScriptedVendor(THREE_FILES))
      .open()
      .sessions('9', {
        from: NOW - 31 * DAY,
        to: NOW,
      });
    expect(data).toHaveLength(1);
    expect(sources).toMatchObject([
      {
        outcome: 'PARTIAL',
        coveredFrom: NOW - 30 * DAY,
        error: { reason: 'retention' },
        incompleteDuring: [
          { from: NOW - 31 * DAY, to: NOW - 30 * DAY },
          { from: NOW - 30 * HOUR, to: NOW },
        ],
      },
    ]);
  });
});

test('a list from before the vendor failed covers no more than it did then', async () => {
  const account = { name: 'lp', vendor: 'LIVEPERSON' } as const;
  const clock = manualClock(NOW);
  const vendor = createScriptedVendor(THREE_FILES);
  let isDown = false;
  const http = stubHttp(account, clock, (request) => (isDown ? { status: 503 } : vendor(request)));
  const store = createMemoryStore(1e6);
  const cache = createAccountCache({ account, store, clock, staleIfErrorSeconds: 600, onRead: () => undefined });
  const shared = { account, clock, http, cache, ttl: ttlSchema.parse({}), onDropped: () => undefined };
  const { createDataSource } = liveperson.connect(liveperson.config.parse(conformance.account), shared);
  const ask = async () => {
    const scope = {
      signal: new AbortController().signal,
      record: () => undefined,
      restrictCache: () => undefined,
      now: clock.now(),
      takeFileBudget: (wanted: number) => wanted,
    };
    const during = { from: instantAt('10T00:00:00'), to: clock.now() - 30 * HOUR };
    return (await createDataSource(scope).statusPeriods?.('9', during))?.sources ?? [];
  };
  expect(await ask()).toMatchObject([{ outcome: 'OK' }]);
  isDown = true;
  clock.advance(5 * MINUTE);
  expect(await ask()).toMatchObject([
    { outcome: 'STALE', incompleteDuring: [{ from: NOW - 30 * HOUR, to: NOW - 30 * HOUR + 5 * MINUTE }] },
  ]);
});
