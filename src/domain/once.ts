/** Returns a function that computes its result when it is called first, and then returns the same one. */
export function once<T extends object>(compute: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= compute());
}
