/** Returns a `Date` whose current time is the real one plus `shiftMs()`; dates of given times are unchanged. */
export function createShiftedDate(realDate: DateConstructor, shiftMs: () => number): DateConstructor {
  const now = (): number => realDate.now() + shiftMs();
  return new Proxy(realDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new realDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
}
