/** A queue of waiting items. Each has keys, such as its caller, which some queues use to choose the next item. */
export interface Queue<T> {
  /** The number of items; with keys, of those under these keys. */
  readonly size: (keys?: readonly string[]) => number;
  readonly enqueue: (item: T, keys: readonly string[]) => void;
  /** Removes an item before its turn; does nothing for an unknown item. */
  readonly remove: (item: T, keys: readonly string[]) => void;
  /** Removes and returns the next item. */
  readonly dequeue: () => T | undefined;
}

/** A first-in, first-out queue that ignores keys. */
export function createFifoQueue<T>(): Queue<T> {
  // Items are numbered: finding the first entry of a Set scans the slots of all recently deleted ones.
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
      // Skips the numbers of removed items, each once.
      while (!items.has(head)) head += 1;
      const item = items.get(head);
      if (item !== undefined) removeItem(item);
      return item;
    },
  };
}

/** A subqueue for each first key. They take turns (round-robin), however many items each holds. */
export function createRoundRobinQueue<T>(createSubqueue: () => Queue<T>): Queue<T> {
  // Never holds an empty subqueue.
  const subqueues = new Map<string, Queue<T>>();
  const turns = createFifoQueue<string>();
  // Kept up to date incrementally: a caller may have as many subqueues as calls.
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
