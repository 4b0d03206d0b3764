import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manualClock } from '../../../test/support/clock.ts';
import { flushPromises } from '../../../test/support/flush-promises.ts';
import { KORE_ENTRY, parseFilter } from '../../../test/support/kore/account.ts';
import { jsonReply, type SentRequest, stubHttp } from '../../../test/support/vendor-harness.ts';
import { createAccountCache } from '../../cache/account-cache.ts';
import { createMemoryStore } from '../../cache/memory-store.ts';
import { ttlSchema } from '../../config/cache.ts';
import type { SourcedResult } from '../../domain/source.ts';
import type { StatusPeriod } from '../../domain/status-period.ts';
import { DAY, HOUR, MINUTE, overlaps, SECOND, type TimeRange } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import type { SandboxResponse } from '../sandbox.ts';
import { config } from './config.ts';
import { kore } from './index.ts';

// Whatever the vendor answers in between, and whatever is cached of it: a complete answer has each period that the vendor knows.

const START = Date.parse('2024-05-15T00:00:00Z');
const account = { name: KORE_ENTRY.name, vendor: 'KORE' } as const;
const REFS = ['agent0@example.com', 'u-1', 'agent2@example.com'];

/** The vendor sends no fractions of a second. */
type History = readonly TimeRange[];
type Fault = 'none' | 'malformed' | 'refused' | 'period' | 'agent' | 'second page';
type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'ask'; readonly agents: readonly number[]; readonly during: TimeRange; readonly fault: Fault }
  | { readonly kind: 'discover'; readonly fault: Fault };

function toSecond(at: number): number {
  return Math.floor(at / SECOND) * SECOND;
}

/** A vendor that lists each period under every day that it touches, and the one that is under way without an end. */
function createVendor(histories: readonly History[], now: () => number) {
  const vendor = { fault: 'none' as Fault, respond: (request: SentRequest): SandboxResponse => respond(request) };
  const text = (at: number): string => new Date(at).toISOString().slice(0, 19);

  function respond({ body, url }: Pick<SentRequest, 'body' | 'url'>): SandboxResponse {
    const { agents, dateFilter } = parseFilter({ body });
    const from = Date.parse(dateFilter.date ?? dateFilter.startDate ?? '');
    const to = Date.parse(dateFilter.date ?? dateFilter.endDate ?? '') + DAY;
    const offset = Number(url.searchParams.get('offset'));
    if (vendor.fault === 'refused' || (vendor.fault === 'second page' && offset > 0)) return jsonReply({}, 503);
    const listed = histories.flatMap((history, nth) => {
      const status = history
        .filter(({ from: start, to: end }) => start < Math.min(to, now()) && end > from)
        .map(({ from: start, to: end }) => ({
          primaryStatus: 'BUSY',
          startTime: text(start),
          endTime: end > now() ? '-' : text(end),
        }));
      const record = { userId: `u-${nth}`, email: `agent${nth}@example.com`, ...(status.length > 0 && { status }) };
      return agents?.includes(record.email) === false ? [] : [record];
    });
    const limit = vendor.fault === 'second page' ? 1 : 50;
    const page: unknown[] = listed.slice(offset, offset + limit);
    if (vendor.fault === 'agent') page.splice(-1, 1, { userId: 7.5 });
    if (vendor.fault === 'period')
      page.splice(0, 1, { ...listed[0], status: [...(listed[0]?.status ?? []).slice(1), 0] });
    const reply = jsonReply({ hasMore: offset + limit < listed.length, limit, offset, data: page });
    return vendor.fault === 'malformed' ? { ...reply, body: String(reply.body).replace(',', ' ') } : reply;
  }
  return vendor;
}

function setUp(histories: readonly History[]) {
  const clock = manualClock(START + 12 * HOUR);
  const vendor = createVendor(histories, () => clock.now());
  const cache = createAccountCache({
    account,
    store: createMemoryStore(10_000_000),
    clock,
    staleIfErrorSeconds: 600,
    onRead: () => undefined,
  });
  const http = stubHttp(account, clock, vendor.respond);
  const ttl = ttlSchema.parse({});
  const entry = config.parse(KORE_ENTRY);
  const adapter = kore.connect(entry, { account, clock, http, cache, ttl, onDropped: () => undefined });
  const open = () =>
    adapter.createDataSource({
      signal: new AbortController().signal,
      record: () => undefined,
      restrictCache: () => undefined,
      now: clock.now(),
      takeFileBudget: () => 0,
    });
  return { clock, vendor, open };
}

/** The greatest age of a status in a complete answer: its time to live, and the grace while it is fetched again. */
const MAX_AGE_MS = 20 * SECOND;

/** The periods that a complete answer lacks, of those that it must know, and those that never were. */
function faultsOf(
  { data, sources: [source] }: SourcedResult<readonly StatusPeriod[]>,
  history: History,
  during: TimeRange,
  now: number,
): readonly string[] {
  // Of a range that is still to come, nothing is known.
  const past = { from: during.from, to: Math.min(during.to, now) };
  const knownUntil = Math.max(source?.fetchedAt ?? -Infinity, now - MAX_AGE_MS);
  const known = history.map(({ from, to }) => ({ start: toSecond(from), end: toSecond(to), from }));
  const starts = new Set(data.map(({ start }) => start));
  const missing = known.filter(
    ({ start, end, from }) =>
      past.from < past.to && overlaps(past, start, end) && from < knownUntil && !starts.has(start),
  );
  const invented = data.filter(
    (period) => !known.some(({ start, end }) => start === period.start && (period.end ?? end) === end),
  );
  return [
    ...(source?.outcome === 'OK' ? missing : []).map(({ start }) => `missing: ${new Date(start).toISOString()}`),
    ...invented.map(({ start }) => `invented: ${new Date(start).toISOString()}`),
  ];
}

async function perform(step: Step, { clock, vendor, open }: ReturnType<typeof setUp>, histories: readonly History[]) {
  if (step.kind === 'wait') {
    clock.advance(step.ms);
    return [];
  }
  vendor.fault = step.fault;
  const source = open();
  const refs = step.kind === 'ask' ? step.agents : [];
  const during = step.kind === 'ask' ? step.during : { from: 0, to: 0 };
  if (step.kind === 'discover') await source.discover?.().catch(ignoreVendorError);
  const results = await Promise.all(
    refs.map((nth) => Promise.resolve(source.statusPeriods?.(REFS[nth] ?? '', during)).catch(ignoreVendorError)),
  );
  // Values that are revalidated meet the same fault.
  await flushPromises();
  return results.flatMap((result, index) =>
    result ? faultsOf(result, histories[refs[index] ?? 0] ?? [], during, clock.now()) : [],
  );
}

function ignoreVendorError(error: unknown): undefined {
  if (!(error instanceof VendorError)) throw error;
}

/** Any moment of some days around the start, many of them within a second of midnight UTC. */
const moment = fc.oneof(
  fc.integer({ min: -2 * DAY, max: DAY }).map((ms) => START + ms),
  fc
    .tuple(fc.integer({ min: -2, max: 1 }), fc.integer({ min: -1500, max: 1500 }))
    .map(([d, ms]) => START + d * DAY + ms),
);
const range = fc
  .uniqueArray(moment.map(toSecond), { minLength: 2, maxLength: 2 })
  .map((ends): TimeRange => ({ from: Math.min(...ends), to: Math.max(...ends) }));
/** Periods that follow each other, with gaps, whose starts differ in the second. */
const history = fc.uniqueArray(moment, { minLength: 1, maxLength: 9, selector: toSecond }).map((moments): History => {
  const sorted = moments.toSorted((a, b) => a - b);
  return sorted.flatMap((from, index) => (index % 3 === 2 ? [] : [{ from, to: sorted[index + 1] ?? from + 9 * HOUR }]));
});
const fault = fc.constantFrom<Fault>('none', 'none', 'none', 'malformed', 'refused', 'period', 'agent', 'second page');
const step = fc.oneof<fc.Arbitrary<Step>[]>(
  fc
    .constantFrom(SECOND, 10 * SECOND, 20 * SECOND, 11 * MINUTE, 3 * HOUR, 13 * HOUR)
    .map((ms) => ({ kind: 'wait', ms })),
  fc.record({ kind: fc.constant('ask'), agents: fc.subarray([0, 1, 2], { minLength: 1 }), during: range, fault }),
  fc.record({ kind: fc.constant('ask'), agents: fc.subarray([0, 1, 2], { minLength: 1 }), during: range, fault }),
  fc.record({ kind: fc.constant('discover'), fault }),
);

test('a complete answer has every period, whatever failed or was cached before', async () => {
  const histories = fc.tuple(history, history, history);
  await fc.assert(
    fc.asyncProperty(histories, fc.array(step, { minLength: 1, maxLength: 12 }), async (all, steps) => {
      const setting = setUp(all);
      for (const each of steps) expect(await perform(each, setting, all)).toEqual([]);
    }),
    { numRuns: 600 },
  );
});
