/** The part of a source map that is read here. See https://tc39.es/ecma426. */
export interface SourceMapData {
  readonly sources: readonly (string | null)[];
  readonly mappings: string;
}

export interface SourcePosition {
  readonly source: string;
  readonly line: number;
}

/** Finds where a line and a column of generated code come from; both count from 1, as in stacks. */
export type FindSource = (line: number, column: number) => SourcePosition | null;

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, BASE64.indexOf(String.fromCharCode(code))));
const [COMMA, SEMICOLON] = [44, 59];

/** Of a segment: line and column in the generated code, index of the source (-1: none) and line in it. */
const SEGMENT_LENGTH = 4;

/**
 * Decodes a source map without an object for each of its segments: Node's own `SourceMap`, and libraries, hold the event loop five
 * times as long.
 */
export function decodeSourceMap({ sources, mappings }: SourceMapData): FindSource {
  const segments = decodeMappings(mappings);
  return (line, column) => {
    const index = findSegment(segments, line, column - 1);
    const source = segments[index] !== line ? null : sources[segments[index + 2] ?? -1];
    return source == null ? null : { source, line: segments[index + 3] ?? 0 };
  };
}

/** The segments, one after another, in the order of the generated code, which is that of esbuild's maps. */
function decodeMappings(mappings: string): Int32Array {
  const text = `${mappings};`;
  // The shortest segment is one digit and a separator.
  const segments = new Int32Array(SEGMENT_LENGTH * (text.length >>> 1));
  // Generated column, source, line, column, name: each is the difference from that of the segment before.
  const fields = new Int32Array(5);
  let [length, line] = [0, 1];
  let [field, value, shift] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === COMMA || code === SEMICOLON) {
      if (field > 0) {
        segments[length++] = line;
        segments[length++] = fields[0] ?? 0;
        segments[length++] = field > 1 ? (fields[1] ?? 0) : -1;
        segments[length++] = (fields[2] ?? 0) + 1;
      }
      field = 0;
      if (code === COMMA) continue;
      line++;
      fields[0] = 0;
      continue;
    }
    const digit = DIGITS[code] ?? 0;
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    fields[field] = (fields[field] ?? 0) + (value & 1 ? -(value >>> 1) : value >>> 1);
    field++;
    value = shift = 0;
  }
  return segments.subarray(0, length);
}

/** The index of the last segment at or before a position; negative, where no segment is, if there is none. */
function findSegment(segments: Int32Array, line: number, column: number): number {
  let [start, end] = [0, segments.length / SEGMENT_LENGTH];
  while (start < end) {
    const middle = (start + end) >>> 1;
    const index = middle * SEGMENT_LENGTH;
    const segmentLine = segments[index] ?? 0;
    if (segmentLine < line || (segmentLine === line && (segments[index + 1] ?? 0) <= column)) start = middle + 1;
    else end = middle;
  }
  return (start - 1) * SEGMENT_LENGTH;
}
