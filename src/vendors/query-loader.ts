import DataLoader from 'dataloader';
import type { AccountCache, CachedValue, CacheNamespace } from '../cache/cache.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';
import { once } from '../domain/once.ts';
import type { CallContext } from '../http/types.ts';
import { traceBatch } from './trace-batch.ts';

/** `request` is the query's context, with the batch as the step of its trace; `ids` are those of the keys' entries. */
type ReadBatch<Key, Value> = (
  keys: readonly Key[],
  request: CallContext,
  ids: readonly string[],
) => Promise<readonly (CachedValue<Value> | Error)[]>;

export interface QueryLoaderOptions<Key, Value> {
  readonly cache: AccountCache;
  readonly namespace: CacheNamespace<Key, Value>;
  /** The query's context. */
  readonly request: CallContext;
  /** Reads the keys of a tick, each once, through the account's cache. The error of one key stands in its place. */
  readonly readBatch: ReadBatch<Key, Value>;
}

/** Loads the value of a key for one query; rejects with the key's own error. A query gets the same value each time. */
export type QueryLoader<Key, Value> = (key: Key) => MaybePromise<CachedValue<Value>>;

/** Reads what is complete and fresh in memory at once, and other keys in batches. */
export function createQueryLoader<Key, Value>(options: QueryLoaderOptions<Key, Value>): QueryLoader<Key, Value> {
  const { cache, namespace, request, readBatch } = options;
  const loaded = new Map<string, MaybePromise<CachedValue<Value>>>();
  // Created for the first key that is not in memory: most queries have none.
  const batches = once(
    () =>
      new DataLoader(
        (batch: readonly { readonly id: string; readonly key: Key }[]) => {
          const keys = batch.map(({ key }) => key);
          const ids = batch.map(({ id }) => id);
          return traceBatch(request, namespace.endpoint, keys.length, (context) => readBatch(keys, context, ids));
        },
        { cache: false },
      ),
  );
  return (key) => {
    const id = cache.entryId(namespace, key);
    let value = loaded.get(id);
    if (value === undefined) {
      value = cache.readInMemory(namespace, id, request) ?? batches().load({ id, key });
      loaded.set(id, value);
    }
    return value;
  };
}
