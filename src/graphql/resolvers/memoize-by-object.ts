/**
 * Memoises a pure function of an object that never changes, for as long as the object exists: the cache returns the same objects to every
 * query.
 */
export function memoizeByObject<Key extends object, Value extends string>(
  compute: (key: Key) => Value,
): (key: Key) => Value {
  const values = new WeakMap<Key, Value>();
  return (key) => {
    let value = values.get(key);
    if (value === undefined) values.set(key, (value = compute(key)));
    return value;
  };
}
