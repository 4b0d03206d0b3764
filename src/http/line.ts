/** Those who wait. Each stands under names, such as whose call it is, by which some lines decide who is next. */
export interface Line<T> {
  /** How many wait; with names, how many under these. */
  readonly size: (names?: readonly string[]) => number;
  readonly add: (one: T, names: readonly string[]) => void;
  /** Lets one go who no longer waits; does nothing for a stranger. */
  readonly remove: (one: T, names: readonly string[]) => void;
  /** Takes out the one who is next. */
  readonly take: () => T | undefined;
}

/** First come, first served, whatever the names. */
export function firstComeFirstServed<T>(): Line<T> {
  const waiting = new Set<T>();
  return {
    size: () => waiting.size,
    add: (one) => waiting.add(one),
    remove: (one) => waiting.delete(one),
    take() {
      const [one] = waiting;
      if (one !== undefined) waiting.delete(one);
      return one;
    },
  };
}

/** A line for each first name, made by `open`; one after the other has its turn, however many stand in any of them. */
export function takingTurns<T>(open: () => Line<T>): Line<T> {
  // In the order of their turns; none is empty.
  const lines = new Map<string, Line<T>>();
  return {
    size([name, ...names] = []) {
      if (name !== undefined) return lines.get(name)?.size(names) ?? 0;
      return lines.values().reduce((sum, line) => sum + line.size(), 0);
    },
    add(one, [name = '', ...names]) {
      const line = lines.get(name) ?? open();
      line.add(one, names);
      lines.set(name, line);
    },
    remove(one, [name = '', ...names]) {
      const line = lines.get(name);
      line?.remove(one, names);
      if (line?.size() === 0) lines.delete(name);
    },
    take() {
      const [turn] = lines;
      if (!turn) return undefined;
      const [name, line] = turn;
      const one = line.take();
      lines.delete(name);
      if (line.size() > 0) lines.set(name, line);
      return one;
    },
  };
}
