/** A value that is returned without a promise where it is known already. */
export type MaybePromise<T> = T | Promise<T>;

/** Applies `change` to a value: at once where it is known, else when its promise is fulfilled. */
export function mapValue<From, To>(
  value: MaybePromise<From>,
  change: (value: From) => MaybePromise<To>,
): MaybePromise<To> {
  return isPending(value) ? value.then(change) : change(value);
}

/** The values in their order: without a promise where all are known. Rejects as Promise.all does. */
export function allValues<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  const only = values.length === 1 ? values[0] : undefined;
  // Does the same at the same time, with a fraction of the objects: most agents have one account.
  if (only instanceof Promise) return only.then((value) => [value]);
  return values.some(isPending) ? Promise.all(values) : (values as readonly T[]);
}

/** Returns what `compute` returns; what it throws becomes a rejected promise, as in an async function. */
export function rejectThrown<T>(compute: () => MaybePromise<T>): MaybePromise<T> {
  try {
    return compute();
  } catch (error) {
    return Promise.reject<T>(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Not by `instanceof`: a promise of another realm is one, too. */
function isPending<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
