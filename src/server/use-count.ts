/** Counts the uses of something that is replaced while it may be in use. */
export interface UseCount {
  readonly begin: () => void;
  readonly end: () => void;
  /** Resolves once nothing uses it; call it when no further use can begin. */
  readonly whenUnused: () => Promise<void>;
}

export function createUseCount(): UseCount {
  let count = 0;
  const waiting = new Set<() => void>();
  return {
    begin: () => {
      count += 1;
    },
    end: () => {
      count -= 1;
      if (count > 0) return;
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
    whenUnused: () =>
      count === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.add(resolve);
          }),
  };
}
