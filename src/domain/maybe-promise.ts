/** A value that is returned without a promise where it is known already. */
export type MaybePromise<T> = T | Promise<T>;
