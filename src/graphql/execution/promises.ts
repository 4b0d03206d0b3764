/** Whether graphql-js would wait for the value. Checked for every value of a response, so a text is not asked for a method. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}

/** Resolves to the same object, with the values of its promises in their places. */
export function settleProperties(object: Record<string, unknown>): Promise<Record<string, unknown>> {
  return Promise.all(Object.values(object)).then((values) => {
    for (const [index, key] of Object.keys(object).entries()) object[key] = values[index];
    return object;
  });
}
