/** Those who wait. Each stands under names, such as whose call it is, by which some lines decide who is next. */
export interface Queue<T> {
  /** How many wait; with names, how many under these. */
  readonly size: (keys?: readonly string[]) => number;
  readonly enqueue: (item: T, keys: readonly string[]) => void;
  /** Lets one go who no longer waits; does nothing for a stranger. */
  readonly remove: (item: T, keys: readonly string[]) => void;
  /** Takes out the one who is next. */
  readonly dequeue: () => T | undefined;
}

/** First come, first served, whatever the names. */
export function createFifoQueue<T>(): Queue<T> {
  // Each has a number: a Set alone looks for its first one among the places of all who have left lately.
  const positions = new Map<T, number>();
  const items = new Map<number, T>();
  let tail = 0;
  let head = 0;

  function removeItem(item: T): void {
    const position = positions.get(item);
    if (position === undefined) return;
    positions.delete(item);
    items.delete(position);
  }

  return {
    size: () => items.size,
    enqueue(item) {
      if (positions.has(item)) return;
      positions.set(item, tail);
      items.set(tail, item);
      tail += 1;
    },
    remove: removeItem,
    dequeue() {
      if (items.size === 0) return undefined;
      // Numbers of those who have left are passed over, each once.
      while (!items.has(head)) head += 1;
      const item = items.get(head);
      if (item !== undefined) removeItem(item);
      return item;
    },
  };
}

/** A line for each first name, made by `open`; one after the other has its turn, however many stand in any of them. */
export function createRoundRobinQueue<T>(createSubqueue: () => Queue<T>): Queue<T> {
  // None is empty.
  const subqueues = new Map<string, Queue<T>>();
  const turns = createFifoQueue<string>();
  // Counted as they come and go: a caller may have as many lines as calls.
  let total = 0;

  function getSubqueue(key: string): Queue<T> {
    const existing = subqueues.get(key);
    if (existing) return existing;
    const subqueue = createSubqueue();
    subqueues.set(key, subqueue);
    turns.enqueue(key, []);
    return subqueue;
  }

  return {
    size: ([key, ...rest] = []) => (key === undefined ? total : (subqueues.get(key)?.size(rest) ?? 0)),
    enqueue(item, [key = '', ...rest]) {
      const subqueue = getSubqueue(key);
      const sizeBefore = subqueue.size();
      subqueue.enqueue(item, rest);
      total += subqueue.size() - sizeBefore;
    },
    remove(item, [key = '', ...rest]) {
      const subqueue = subqueues.get(key);
      if (!subqueue) return;
      const sizeBefore = subqueue.size();
      subqueue.remove(item, rest);
      total += subqueue.size() - sizeBefore;
      if (subqueue.size() > 0) return;
      subqueues.delete(key);
      turns.remove(key, []);
    },
    dequeue() {
      const key = turns.dequeue();
      const subqueue = key === undefined ? undefined : subqueues.get(key);
      if (key === undefined || !subqueue) return undefined;
      const item = subqueue.dequeue();
      total -= 1;
      if (subqueue.size() > 0) turns.enqueue(key, []);
      else subqueues.delete(key);
      return item;
    },
  };
}
