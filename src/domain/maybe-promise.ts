/** A value that is returned without a promise where it is known already. */
export type MaybePromise<T> = T | Promise<T>;

/** Passes a value on: at once, and without a promise, where it is known already. */
export function andThen<T, Result>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<Result>,
): MaybePromise<Result> {
  return isPending(value) ? value.then(next) : next(value);
}

/** Not by `instanceof`: a promise of another realm is one, too. */
function isPending<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
