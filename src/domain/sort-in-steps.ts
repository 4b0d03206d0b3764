/** The items that one step sorts or passes, in less than a millisecond. */
export const ITEMS_PER_STEP = 1000;

/** Whether a loop over items pauses before the item with this index. */
export function isStepEnd(index: number, itemsPerStep = ITEMS_PER_STEP): boolean {
  return index % itemsPerStep === itemsPerStep - 1;
}

/** Sorts items, which stay as they are, in steps. Equal items keep their order. */
export function* sortInSteps<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<undefined, readonly T[]> {
  if (items.length <= ITEMS_PER_STEP) return items.toSorted(compare);
  let runs: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += ITEMS_PER_STEP) {
    runs.push(items.slice(at, at + ITEMS_PER_STEP).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* merge(runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge<T>(
  first: readonly T[],
  second: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<undefined, readonly T[]> {
  const merged: T[] = [];
  let [a, b] = [0, 0];
  while (a < first.length && b < second.length) {
    const [left, right] = [first[a] as T, second[b] as T];
    if (compare(left, right) <= 0) {
      merged.push(left);
      a += 1;
    } else {
      merged.push(right);
      b += 1;
    }
    if (isStepEnd(merged.length)) yield;
  }
  return merged.concat(first.slice(a), second.slice(b));
}
