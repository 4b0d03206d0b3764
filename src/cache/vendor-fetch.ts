import { VendorError } from '../domain/vendor-error.ts';
import { fetchBatch } from './batch-fetch.ts';
import type { FetchOutcome } from './cache.ts';
import type { RunningRequest } from './fetch-request.ts';
import { isStale, type ReadOutcome, type SentCall, type WriteResult } from './freshness.ts';
import type { FetchProgress, FetchResult } from './leased-fetch.ts';
import { createFetchContext, type QuotaWaitOptions } from './quota-wait.ts';
import type { Entry } from './store.ts';

/** Calls the vendor. Each key's result is written to the store, or its failure replaced by a stale value, once it is known. */
export async function fetchFromVendor<Key, Value>(
  options: QuotaWaitOptions,
  request: RunningRequest<Key, Value>,
  stale: ReadonlyMap<string, Entry>,
  progress?: FetchProgress,
): Promise<FetchResult<ReadOutcome>> {
  const { freshness, askedTimes, clock, onRead } = options;
  const { namespace, keys, control } = request;
  onRead(namespace.endpoint, 'miss', keys.size);
  const calls = createSentCalls(() => ({ at: clock.now(), id: Symbol(namespace.endpoint) }));
  const context = createFetchContext(options, request, stale, {
    onSent: (ids) => {
      control.endWaiting(ids);
      progress?.started(ids);
      calls.add(ids);
    },
    onWaiting: progress?.waiting,
  });
  const results = new Map<string, ReadOutcome>();
  const writes: Promise<string>[] = [];
  const write = (id: string, fetched: FetchOutcome<Value>): WriteResult =>
    fetched instanceof VendorError
      ? { outcome: freshness.staleIfError(fetched, stale.get(id)), written: null }
      : freshness.write(namespace, id, fetched, calls.of(id));
  await fetchBatch({ ...request, context }, (id, fetched) => {
    const { outcome, written } = write(id, fetched);
    results.set(id, outcome);
    askedTimes.record(id, outcome, calls.has(id));
    control.settleKey(id, outcome);
    if (progress) reportWrite(progress, id, written, writes);
  });
  const staleCount = [...results.values()].filter(isStale).length;
  if (staleCount > 0) onRead(namespace.endpoint, 'stale_if_error', staleCount);
  return { results, persisted: Promise.all(writes) };
}

/** Reports a key as settled once other processes can read its value; at once where they never can. */
function reportWrite(
  progress: FetchProgress,
  id: string,
  written: Promise<void> | null,
  writes: Promise<string>[],
): void {
  if (!written) {
    progress.settled(id, false);
    return;
  }
  const reported = written.then(() => {
    progress.settled(id, true);
    return id;
  });
  writes.push(reported);
}

/** The calls of a fetch. A key belongs to the first one that was sent for it, and to the fetch itself where none was. */
function createSentCalls(createCall: () => SentCall) {
  const fetch = createCall();
  const sent = new Map<string, SentCall>();
  return {
    add(ids: readonly string[]): void {
      const call = createCall();
      for (const id of ids) if (!sent.has(id)) sent.set(id, call);
    },
    has: (id: string) => sent.has(id),
    of: (id: string): SentCall => sent.get(id) ?? fetch,
  };
}
