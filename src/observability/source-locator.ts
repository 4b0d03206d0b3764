import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { LRUCache } from 'lru-cache';

/** The innermost position in the gateway's own code that a stack names, such as `src/gather/merge.ts:12`; null where it names none. */
export type LocateSource = (stack: string) => string | null;

/** Most bugs are logged more than once. */
const MAX_LOCATIONS = 200;

/** From the folder of a bundle to the sources of the project. */
const OWN_SOURCE = /^\.\.\/\.\.\/(src\/.*)$/;

/**
 * Reads the source maps of a bundle when a stack is logged, and only those of the files that the stack names. Node's source maps would be read
 * at the first stack that any code asks for, as Node does when it closes a socket because of an error, and be kept.
 *
 * @param folder The URL of the bundle's folder, with a final slash. Stacks of code that is elsewhere name the sources.
 */
export function createSourceLocator(folder: URL): LocateSource {
  const locations = new LRUCache<string, string>({ max: MAX_LOCATIONS });
  return (stack) => {
    const maps = new Map<string, SourceMap | null>();
    for (const frame of stack.split('\n').filter((line) => /^\s+at /.test(line))) {
      const location = locateFrame(frame, maps);
      if (location !== '') return location;
    }
    return null;
  };

  function locateFrame(frame: string, maps: Map<string, SourceMap | null>): string {
    const start = frame.lastIndexOf(folder.href);
    if (start < 0) return /\/(src\/[\w./-]+:\d+):\d+\)?$/.exec(frame)?.[1] ?? '';
    const position = frame.slice(start + folder.href.length);
    const location = locations.get(position) ?? locateInBundle(position, maps);
    locations.set(position, location);
    return location;
  }

  function locateInBundle(position: string, maps: Map<string, SourceMap | null>): string {
    const [, name, line, column] = /^([\w-]+\.js):(\d+):(\d+)\)?$/.exec(position) ?? [];
    if (name === undefined) return '';
    const map = maps.has(name) ? maps.get(name) : readSourceMap(new URL(`${name}.map`, folder));
    maps.set(name, map ?? null);
    const origin = map?.findOrigin(Number(line), Number(column));
    if (!origin || !('fileName' in origin)) return '';
    const [, source] = OWN_SOURCE.exec(origin.fileName) ?? [];
    return source === undefined ? '' : `${source}:${origin.lineNumber}`;
  }
}

/** Null where the map cannot be read: without it, a line of the log still says what failed. */
function readSourceMap(file: URL): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
  } catch {
    return null;
  }
}
