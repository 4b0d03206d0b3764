import type { MaybePromise } from '../../domain/maybe-promise.ts';

/** Whether graphql-js would wait for the value. Checked for every value of a response, so a text is not asked for a method. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}

/** Waits for those that are promises. */
export function allDone<T>(values: readonly MaybePromise<T>[]): Promise<readonly T[]> {
  return Promise.all(values);
}

/** Resolves to the concatenation of all texts and the last one. */
export function concatWhenDone(texts: readonly MaybePromise<string>[], last = ''): Promise<string> {
  const [before, only] = texts;
  // The usual case. It settles when a promise of all would, with a third of the objects: hundreds of them wait for vendors at a time.
  if (texts.length === 2 && typeof before === 'string' && only instanceof Promise)
    return only.then(unchanged).then((text) => before + text + last);
  return allDone(texts).then((done) => concatTexts(done) + last);
}

function unchanged<T>(value: T): T {
  return value;
}

/** The texts with a separator between them. Not `join`, which would copy what is below a list or an object once for each level. */
export function concatTexts(texts: readonly string[], separator = ''): string {
  let all = '';
  for (const [index, text] of texts.entries()) all += index > 0 ? separator + text : text;
  return all;
}

/** Nothing waits for these values any more. */
export function ignoreRejections(values: Iterable<unknown>): void {
  for (const value of values) if (isPromise(value)) value.then(undefined, () => undefined);
}
