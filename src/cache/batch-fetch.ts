import { VendorError } from '../domain/vendor-error.ts';
import type { BatchFetchFn, CacheNamespace, FetchContext, FetchOutcome, OnFetched } from './cache.ts';

export interface BatchFetch<Key, Value> {
  readonly namespace: CacheNamespace<Key, Value>;
  /** By entry id. */
  readonly keys: ReadonlyMap<string, Key>;
  readonly context: FetchContext<Key>;
  readonly fetch: BatchFetchFn<Key, Value>;
}

/** Calls `fetch` and settles every key: as soon as it is reported, and at the end. The first outcome of a key counts. */
export async function fetchBatch<Key, Value>(
  { namespace, keys, context, fetch }: BatchFetch<Key, Value>,
  settle: (id: string, fetched: FetchOutcome<Value>) => void,
): Promise<void> {
  const { endpoint } = namespace;
  /** Null for a key that is settled. */
  const idByKey = new Map<Key, string | null>();
  for (const [id, key] of keys) idByKey.set(key, id);
  const settleOnce: OnFetched<Key, Value> = (key, outcome) => {
    const id = idByKey.get(key);
    if (id === undefined) throw new Error(`${endpoint}: a fetch reported a key that was not requested`);
    if (id === null) return;
    idByKey.set(key, null);
    settle(id, outcome);
  };
  const requested = [...keys.values()];
  const outcomes = await fetchOrErrors(fetch, requested, context, settleOnce);
  requested.forEach((key, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) throw new Error(`${endpoint}: a fetch returned fewer results than keys`);
    settleOnce(key, outcome);
  });
}

/** A thrown VendorError counts for every key. */
async function fetchOrErrors<Key, Value>(
  fetch: BatchFetchFn<Key, Value>,
  keys: readonly Key[],
  context: FetchContext<Key>,
  onFetched: OnFetched<Key, Value>,
): Promise<readonly FetchOutcome<Value>[]> {
  try {
    return await fetch(keys, context, onFetched);
  } catch (error) {
    if (error instanceof VendorError) return keys.map(() => error);
    throw error;
  }
}
