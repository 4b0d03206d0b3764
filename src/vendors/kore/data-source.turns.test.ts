import { expect, test } from '@jest/globals';
import { waitUntil } from '../../../test/support/cache-harness.ts';
import { type ManualClock, manualClock } from '../../../test/support/clock.ts';
import { flushPromises } from '../../../test/support/flush-promises.ts';
import { createWorkers, fakeKore, KORE_ENTRY, parseFilter } from '../../../test/support/kore/account.ts';
import { stubHttp } from '../../../test/support/vendor-harness.ts';
import { createAccountCache } from '../../cache/account-cache.ts';
import { createMemoryStore } from '../../cache/memory-store.ts';
import { ttlSchema } from '../../config/cache.ts';
import { vendorError } from '../../http/response.ts';
import type { VendorHttp } from '../../http/types.ts';
import { kore } from './index.ts';
import { STATUS_DETAILS_ENDPOINT } from './wire.ts';

const account = { name: 'kore-main', vendor: 'KORE' } as const;
const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: STATUS_DETAILS_ENDPOINT } as const;
const quotaError = vendorError(TARGET, 'VENDOR_RATE_LIMITED', { reason: 'quota_local', retryAfterSeconds: 40 });

/** An account of 60 agents, who need two POSTs. The test decides when POSTs that name agent 0 get their turn. */
function setUp() {
  const clock: ManualClock = manualClock(Date.parse('2024-05-15T12:00:00Z'));
  const inner = stubHttp(account, clock, fakeKore(createWorkers(60)));
  let turn: PromiseWithResolvers<void> | null = null;
  const http: VendorHttp = {
    ...inner,
    async read(request, context, parse) {
      if (turn && parseFilter({ body: request.body ?? '' }).agents?.includes('agent0@example.com')) {
        context.onQuotaWait?.(() => quotaError);
        await turn.promise;
      }
      context.onSent?.();
      return inner.read(request, context, parse);
    },
  };
  const cache = createAccountCache({
    account,
    store: createMemoryStore(10_000_000),
    clock,
    staleIfErrorSeconds: 600,
    onRead: () => undefined,
  });
  const ttl = ttlSchema.parse({});
  const adapter = kore.connect(kore.config.parse(KORE_ENTRY), {
    account,
    clock,
    http,
    cache,
    ttl,
    tokenStore: undefined,
    onDropped: () => undefined,
  });
  function ask(from: number, to: number) {
    const { currentStatus } = adapter.createDataSource({
      signal: new AbortController().signal,
      record: () => undefined,
      restrictCache: () => undefined,
      now: clock.now(),
      takeFileBudget: (wanted) => wanted,
    });
    return Promise.all(
      Array.from({ length: to - from }, async (_, n) => {
        const result = await currentStatus?.(`agent${from + n}@example.com`);
        return result?.sources[0]?.outcome;
      }),
    );
  }
  return {
    clock,
    ask,
    sent: inner.sent,
    holdFirstBatch: () => {
      turn = Promise.withResolvers();
      return turn.resolve;
    },
  };
}

test('answers a reader of one POST while the other waits for its turn', async () => {
  const { ask, sent, holdFirstBatch } = setUp();
  const grant = holdFirstBatch();
  const all = ask(0, 60);
  await flushPromises();
  expect(await ask(50, 60)).toEqual(Array.from({ length: 10 }, () => 'OK'));
  expect(await ask(55, 56)).toEqual(['OK']);
  grant();
  expect(await all).toEqual(Array.from({ length: 60 }, () => 'OK'));
  expect(sent).toHaveLength(2);
});

test('serves the agents of a POST that waits STALE, and those of the other as they are now', async () => {
  const { ask, clock, sent, holdFirstBatch } = setUp();
  await ask(0, 60);
  clock.advance(120_000);
  const grant = holdFirstBatch();
  const outcomes = await ask(0, 60);
  expect(outcomes.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 'STALE'));
  expect(outcomes.slice(50)).toEqual(Array.from({ length: 10 }, () => 'OK'));
  clock.advance(40_000);
  grant();
  await waitUntil(async () => (await ask(0, 50)).every((outcome) => outcome === 'OK'));
  expect(sent).toHaveLength(4);
});
