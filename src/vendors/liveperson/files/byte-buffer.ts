/** A queue of bytes: collects chunks of any number and size, at the cost of one copy, in memory that is used again. */
export interface ByteBuffer {
  readonly add: (chunk: Buffer) => void;
  /** Returns the bytes that were not removed. Use them before the next call of another method, which may overwrite them. */
  readonly bytes: () => Buffer;
  /** Removes bytes from the beginning. */
  readonly remove: (length: number) => void;
}

export function createByteBuffer(): ByteBuffer {
  let memory: Buffer = Buffer.alloc(0);
  let length = 0;

  return {
    add: (chunk) => {
      if (length + chunk.length > memory.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(2 * memory.length, length + chunk.length));
        memory.copy(larger, 0, 0, length);
        memory = larger;
      }
      length += chunk.copy(memory, length);
    },
    bytes: () => memory.subarray(0, length),
    remove: (removed) => {
      memory.copyWithin(0, removed, length);
      length -= removed;
    },
  };
}
