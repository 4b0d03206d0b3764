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
  // Each has a number: a Set alone looks for its first one among the places of all who have left lately.
  const numbers = new Map<T, number>();
  const waiting = new Map<number, T>();
  let handedOut = 0;
  let next = 0;

  function leave(one: T): void {
    const number = numbers.get(one);
    if (number === undefined) return;
    numbers.delete(one);
    waiting.delete(number);
  }

  return {
    size: () => waiting.size,
    add(one) {
      if (numbers.has(one)) return;
      numbers.set(one, handedOut);
      waiting.set(handedOut, one);
      handedOut += 1;
    },
    remove: leave,
    take() {
      if (waiting.size === 0) return undefined;
      // Numbers of those who have left are passed over, each once.
      while (!waiting.has(next)) next += 1;
      const one = waiting.get(next);
      if (one !== undefined) leave(one);
      return one;
    },
  };
}

/** A line for each first name, made by `open`; one after the other has its turn, however many stand in any of them. */
export function takingTurns<T>(open: () => Line<T>): Line<T> {
  // None is empty.
  const lines = new Map<string, Line<T>>();
  const turns = firstComeFirstServed<string>();
  // Counted as they come and go: a caller may have as many lines as calls.
  let waiting = 0;

  function lineOf(name: string): Line<T> {
    const known = lines.get(name);
    if (known) return known;
    const line = open();
    lines.set(name, line);
    turns.add(name, []);
    return line;
  }

  return {
    size: ([name, ...names] = []) => (name === undefined ? waiting : (lines.get(name)?.size(names) ?? 0)),
    add(one, [name = '', ...names]) {
      const line = lineOf(name);
      const before = line.size();
      line.add(one, names);
      waiting += line.size() - before;
    },
    remove(one, [name = '', ...names]) {
      const line = lines.get(name);
      if (!line) return;
      const before = line.size();
      line.remove(one, names);
      waiting += line.size() - before;
      if (line.size() > 0) return;
      lines.delete(name);
      turns.remove(name, []);
    },
    take() {
      const name = turns.take();
      const line = name === undefined ? undefined : lines.get(name);
      if (name === undefined || !line) return undefined;
      const one = line.take();
      waiting -= 1;
      if (line.size() > 0) turns.add(name, []);
      else lines.delete(name);
      return one;
    },
  };
}
