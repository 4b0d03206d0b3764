/** Returns the end of the space that begins there. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** Whether a code is JSON whitespace or a byte of the byte order mark, which a chunk may end inside. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || isByteOrderMark(code);
}

function isByteOrderMark(code: number): boolean {
  return code === 0xef || code === 0xbb || code === 0xbf;
}
