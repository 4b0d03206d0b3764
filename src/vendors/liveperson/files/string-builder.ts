/** Builds a text from many small parts in buffers outside the heap, because each part would be one more object to collect. */
export interface StringBuilder {
  readonly append: (text: string) => void;
  readonly toString: () => string;
}

const FIRST_PAGE_BYTES = 512;
const MAX_PAGE_BYTES = 16 * 1024;

export function createStringBuilder(): StringBuilder {
  let text = '';
  let page = Buffer.alloc(0);
  let usedBytes = 0;

  const decodePage = () => page.toString('utf8', 0, usedBytes);

  return {
    append: (part) => {
      const length = Buffer.byteLength(part);
      if (usedBytes + length > page.length) {
        text += decodePage();
        usedBytes = 0;
        const capacity = Math.max(length, FIRST_PAGE_BYTES, Math.min(MAX_PAGE_BYTES, 2 * page.length));
        if (capacity > page.length) page = Buffer.allocUnsafeSlow(capacity);
      }
      usedBytes += page.write(part, usedBytes);
    },
    toString: () => text + decodePage(),
  };
}
