import type { MaybePromise } from '../../domain/maybe-promise.ts';

/** Whether graphql-js would wait for the value. Checked for every value of a response, so a text is not asked for a method. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}

/** Resolves to the concatenation of all texts. */
export function concatWhenDone(texts: readonly MaybePromise<string>[]): Promise<string> {
  return Promise.all(texts).then((done) => done.join(''));
}
