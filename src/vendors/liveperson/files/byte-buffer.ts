/** Gathers bytes that come in pieces of any size, however many, at the cost of a copy. */
export interface ByteBuffer {
  readonly add: (piece: Buffer) => void;
  readonly size: () => number;
  /** All that was added; to be used before more is. */
  readonly takeAll: () => Buffer;
}

export function createByteBuffer(): ByteBuffer {
  let bytes: Buffer = Buffer.alloc(0);
  let length = 0;

  return {
    add: (piece) => {
      if (length + piece.length > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, length + piece.length));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
      length += piece.copy(bytes, length);
    },
    size: () => length,
    takeAll: () => {
      const all = bytes.subarray(0, length);
      length = 0;
      return all;
    },
  };
}
