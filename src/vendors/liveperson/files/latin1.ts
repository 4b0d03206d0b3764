/**
 * Decodes bytes as one character each. Files are scanned in this form: it is cheap, a chunk never ends inside a character, and
 * the syntax of JSON is ASCII.
 */
export function toLatin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** Decodes latin1 text as UTF-8. */
export function latin1ToUtf8(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

/** Copies a string: a slice keeps the whole text that it was taken from in memory. */
export function copyString(text: string): string {
  // Slicing a concatenation makes V8 flatten it into a string of its own.
  return ` ${text}`.slice(1);
}
