/** Collects chunks of any number and size at the cost of one copy. */
export interface ByteBuffer {
  readonly add: (chunk: Buffer) => void;
  readonly size: () => number;
  /** Returns all bytes and empties the buffer. Use them before the next `add`, which overwrites them. */
  readonly takeAll: () => Buffer;
}

export function createByteBuffer(): ByteBuffer {
  let bytes: Buffer = Buffer.alloc(0);
  let length = 0;

  return {
    add: (chunk) => {
      if (length + chunk.length > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, length + chunk.length));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
      length += chunk.copy(bytes, length);
    },
    size: () => length,
    takeAll: () => {
      const all = bytes.subarray(0, length);
      length = 0;
      return all;
    },
  };
}
