import { withValue } from '../named-value.ts';
import type { LineProblem } from './record-source.ts';

const BYTE_ORDER_MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Decodes a file; a byte order mark takes precedence over `encoding`. Lines end in `\n` in the text. */
export function decodeText(bytes: Uint8Array, encoding = 'utf-8'): { readonly text: string } | LineProblem {
  const [marked] = BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte)) ?? [];
  try {
    const text = new TextDecoder(marked ?? encoding, { fatal: true }).decode(bytes);
    return { text: text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text };
  } catch {
    return {
      line: findUndecodableLine(bytes, marked ?? encoding),
      message: withValue(
        'has bytes that are no text in this encoding; name another one in `encoding`, such as windows-1252 (Excel’s)',
        marked ?? encoding,
      ),
    };
  }
}

const LINE_FEED = 0x0a;

/** Of an encoding in which a line feed is one byte, the first line that is no text; of another one, the first line. */
function findUndecodableLine(bytes: Uint8Array, encoding: string): number {
  if (/^utf-16/i.test(encoding)) return 1;
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const lineFeed = bytes.indexOf(LINE_FEED, start);
    const end = lineFeed === -1 ? bytes.length : lineFeed + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return 1;
}
