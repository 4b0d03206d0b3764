/** Gathers bytes that come in pieces of any size, however many, at the cost of a copy. */
export interface Basin {
  readonly add: (piece: Buffer) => void;
  readonly size: () => number;
  /** All that was added; to be used before more is. */
  readonly drain: () => Buffer;
}

export function createBasin(): Basin {
  let bytes: Buffer = Buffer.alloc(0);
  let used = 0;

  return {
    add: (piece) => {
      if (used + piece.length > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, used + piece.length));
        bytes.copy(larger, 0, 0, used);
        bytes = larger;
      }
      used += piece.copy(bytes, used);
    },
    size: () => used,
    drain: () => {
      const all = bytes.subarray(0, used);
      used = 0;
      return all;
    },
  };
}
