/** Text that grows by small pieces, each of which would be a burden to the garbage collector for as long as it lived by itself. */
export interface Tape {
  readonly append: (piece: string) => void;
  /** All of it. */
  readonly text: () => string;
}

/** Bytes. */
const FIRST_PAGE = 512;
const LARGEST_PAGE = 16 * 1024;

export function createTape(): Tape {
  let text = '';
  let page = Buffer.alloc(0);
  let used = 0;

  const written = () => page.toString('utf8', 0, used);

  return {
    append: (piece) => {
      const length = Buffer.byteLength(piece);
      if (used + length > page.length) {
        text += written();
        used = 0;
        const room = Math.max(length, FIRST_PAGE, Math.min(LARGEST_PAGE, 2 * page.length));
        if (room > page.length) page = Buffer.allocUnsafeSlow(room);
      }
      used += page.write(piece, used);
    },
    text: () => text + written(),
  };
}
