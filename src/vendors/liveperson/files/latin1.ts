/**
 * Files are scanned as text of one character a byte: that costs nothing, no character is ever cut in two, and all that JSON
 * is built of is ASCII.
 */
export function toLatin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** What such text says in UTF-8. */
export function latin1ToUtf8(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

/** A copy that stands alone: a piece cut from a text keeps the whole text in memory for as long as it lives. */
export function copyString(text: string): string {
  // Taking a piece of a sum makes V8 write the sum out.
  return ` ${text}`.slice(1);
}
