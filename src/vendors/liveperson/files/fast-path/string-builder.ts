/** Text that grows by small pieces, each of which would be a burden to the garbage collector for as long as it lived by itself. */
export interface StringBuilder {
  readonly append: (piece: string) => void;
  /** All of it. */
  readonly toString: () => string;
}

/** Bytes. */
const FIRST_PAGE_BYTES = 512;
const MAX_PAGE_BYTES = 16 * 1024;

export function createStringBuilder(): StringBuilder {
  let text = '';
  let page = Buffer.alloc(0);
  let usedBytes = 0;

  const decodePage = () => page.toString('utf8', 0, usedBytes);

  return {
    append: (piece) => {
      const length = Buffer.byteLength(piece);
      if (usedBytes + length > page.length) {
        text += decodePage();
        usedBytes = 0;
        const capacity = Math.max(length, FIRST_PAGE_BYTES, Math.min(MAX_PAGE_BYTES, 2 * page.length));
        if (capacity > page.length) page = Buffer.allocUnsafeSlow(capacity);
      }
      usedBytes += page.write(piece, usedBytes);
    },
    toString: () => text + decodePage(),
  };
}
