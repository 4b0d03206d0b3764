/**
 * The batch function of a DataLoader whose endpoint takes one key a call. The failure of one key is returned in its place,
 * so that it does not fail the other keys of the batch.
 */
export async function loadEach<Key, Value>(
  keys: readonly Key[],
  load: (key: Key) => Promise<Value>,
): Promise<readonly (Value | Error)[]> {
  return Promise.all(keys.map((key) => load(key).catch(toError)));
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
